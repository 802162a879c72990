"""Rank correlation beside SciPy's, and clusters that are planted."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from breastdce.report.statistics.clusters import clusters, rank_correlation


def drawn(rows: int = 60) -> np.ndarray:
    """Three things in seven columns: 0 2 4 6, 1 3 and 5; column 6 runs the other way."""
    rng = np.random.Generator(np.random.Philox(4))
    things = rng.normal(size=(rows, 3))
    columns = things[:, [0, 1, 0, 1, 0, 2, 0]] + 0.05 * rng.normal(size=(rows, 7))
    columns[:, 6] *= -1
    return columns


def test_correlation_is_spearmans():
    values = np.round(drawn(), 1)  # with ties
    assert rank_correlation(values) == pytest.approx(spearmanr(values).statistic, abs=1e-12)


def test_a_missing_value_takes_its_row_out_of_its_pairs_only():
    values = drawn()
    values[:7, 0] = np.nan
    found = rank_correlation(values)
    assert found[2:, 2:] == pytest.approx(spearmanr(values[:, 2:]).statistic, abs=1e-12)
    own = spearmanr(values[7:, [0, 2, 4]]).statistic
    assert found[0, 2] == pytest.approx(own[0, 1], abs=0.02)  # ranks are of all rows


def test_what_does_not_vary_has_no_correlation():
    values = drawn()
    values[:, 1] = 3.0
    found = rank_correlation(values)
    assert np.isnan(found[1]).all()
    assert not np.isnan(np.delete(np.delete(found, 1, 0), 1, 1)).any()


def test_planted_groups_are_found_whatever_their_sign():
    found = clusters(rank_correlation(drawn()))
    groups = {
        frozenset(n for n, label in enumerate(found.label) if label == one) for one in found.label
    }
    assert groups == {frozenset({0, 2, 4, 6}), frozenset({1, 3}), frozenset({5})}
    in_order = [found.label[column] for column in found.order]
    assert in_order == sorted(in_order)  # members stand together, numbered as they stand
    assert [found.label[column] for column in found.representative] == [0, 1, 2]


def test_one_column_is_one_cluster():
    assert clusters(np.ones((1, 1))) == ((0,), (0,), (0,))
