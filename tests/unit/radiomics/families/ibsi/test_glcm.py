"""The 25 features from distributions against their definitions on p(i, j)."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.radiomics.families.ibsi._aggregation import Merged
from breastdce.radiomics.families.ibsi.glcm import _MEANINGS, _measure


def _defined(p):
    """Each feature as the reference manual writes it, section 3.6."""
    count = len(p)
    i, j = np.meshgrid(np.arange(1, count + 1), np.arange(1, count + 1), indexing="ij")
    m = (i * p).sum()
    apart, total = np.abs(i - j), i + j
    p_apart = np.array([p[apart == k].sum() for k in range(count)])
    p_total = np.array([p[total == k].sum() for k in range(2, 2 * count + 1)])
    p_i = p.sum(axis=1)

    def entropy(q):
        return -(q[q > 0] * np.log2(q[q > 0])).sum()

    independent = np.outer(p_i, p_i)
    cross = -(p[p > 0] * np.log2(independent[p > 0])).sum()
    variance = ((i - m) ** 2 * p).sum()
    return {
        "joint_maximum": p.max(),
        "joint_average": m,
        "joint_variance": variance,
        "joint_entropy": entropy(p),
        "difference_average": (apart * p).sum(),
        "difference_variance": ((apart - (apart * p).sum()) ** 2 * p).sum(),
        "difference_entropy": entropy(p_apart),
        "sum_average": (total * p).sum(),
        "sum_variance": ((total - (total * p).sum()) ** 2 * p).sum(),
        "sum_entropy": entropy(p_total),
        "angular_second_moment": (p**2).sum(),
        "contrast": (apart**2 * p).sum(),
        "dissimilarity": (apart * p).sum(),
        "inverse_difference": (p / (1 + apart)).sum(),
        "inverse_difference_normalized": (p / (1 + apart / count)).sum(),
        "inverse_difference_moment": (p / (1 + apart**2)).sum(),
        "inverse_difference_moment_normalized": (p / (1 + apart**2 / count**2)).sum(),
        "inverse_variance": (p[apart > 0] / apart[apart > 0] ** 2).sum(),
        "correlation": ((i - m) * (j - m) * p).sum() / variance,
        "autocorrelation": (i * j * p).sum(),
        "cluster_tendency": ((total - 2 * m) ** 2 * p).sum(),
        "cluster_shade": ((total - 2 * m) ** 3 * p).sum(),
        "cluster_prominence": ((total - 2 * m) ** 4 * p).sum(),
        "information_correlation_1": (entropy(p) - cross) / entropy(p_i),
        "information_correlation_2": np.sqrt(1 - np.exp(-2 * (entropy(independent) - entropy(p)))),
    }


@pytest.mark.parametrize("seed", range(5))
def test_features_are_those_of_the_definitions(seed):
    counts = np.random.default_rng(seed).integers(0, 4, (6, 6))
    both_ways = counts + counts.T
    expected = _defined(both_ways / both_ways.sum())
    found = _measure(Merged(counts, 36))
    assert found is not None
    for meaning, value in zip(_MEANINGS, found, strict=True):
        assert value == pytest.approx(expected[meaning.name], rel=1e-9, abs=1e-12), meaning.name


def test_one_level_agrees_perfectly_with_itself():
    found = _measure(Merged(np.array([[3]]), 4))
    assert found is not None
    values = dict(zip((meaning.name for meaning in _MEANINGS), found, strict=True))
    assert values["correlation"] == values["information_correlation_1"] == 1
    assert values["information_correlation_2"] == values["contrast"] == 0
    assert values["joint_maximum"] == values["angular_second_moment"] == 1


def test_no_pair_has_no_features():
    assert _measure(Merged(np.zeros((3, 3), int), 4)) is None
