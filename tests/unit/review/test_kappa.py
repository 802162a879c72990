"""Kappa against statsmodels, irrCAC and Fleiss's own example, and where it is undefined."""

from __future__ import annotations

import math

import numpy as np
import pytest

from breastdce.review.kappa import cohen_kappa, fleiss_kappa

FLEISS_1971 = [
    *[(0, 0, 0, 6, 0), (0, 3, 0, 0, 3), (0, 1, 4, 0, 1), (0, 0, 0, 0, 6), (0, 3, 0, 3, 0)],
    *[(2, 0, 4, 0, 0), (0, 0, 4, 0, 2), (2, 0, 3, 1, 0), (2, 0, 0, 4, 0), (0, 0, 0, 0, 6)],
    *[(1, 0, 0, 5, 0), (1, 1, 0, 4, 0), (0, 3, 3, 0, 0), (1, 0, 0, 5, 0), (0, 2, 0, 3, 1)],
    *[(0, 0, 5, 0, 1), (3, 0, 0, 1, 2), (5, 1, 0, 0, 0), (0, 2, 0, 4, 0), (1, 0, 2, 0, 3)],
    *[(0, 0, 0, 0, 6), (0, 1, 0, 5, 0), (0, 2, 0, 1, 3), (2, 0, 0, 4, 0), (1, 0, 0, 4, 1)],
    *[(0, 5, 0, 1, 0), (4, 0, 0, 0, 2), (0, 2, 0, 4, 0), (1, 0, 5, 0, 0), (0, 0, 0, 0, 6)],
]
MARKED_BY = [4, 3, 0, 3, 1, 4, 0, 2, 3, 1, 4, 0]  # of four readers, twelve cases


def counts(marked_by: list[int], readers: int) -> np.ndarray:
    return np.array([[readers - n, n] for n in marked_by])


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ([[20, 5], [10, 15]], (0.4, 0.151092290476661, 0.6489077095233389)),
        (
            [[44, 5, 1], [7, 20, 3], [9, 5, 6]],
            (0.49152542372881347, 0.35015820121748686, 0.6328926462401401),
        ),
    ],
)
def test_cohen_is_that_of_statsmodels(table, expected):
    """statsmodels 0.15.0, `cohens_kappa`; the first by hand: (0.7 - 0.5) / 0.5."""
    found = cohen_kappa(np.array(table))
    assert (found.value, found.low, found.high) == pytest.approx(expected, abs=1e-9)
    turned = cohen_kappa(np.array(table).T)
    assert (turned.value, turned.low, turned.high) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (FLEISS_1971, (0.43024452006, 0.319395250572, 0.541093789548)),
        (counts(MARKED_BY, 4), (0.471304347826, 0.113824998751, 0.828783696901)),
    ],
)
def test_fleiss_is_that_of_irrcac(table, expected):
    """irrCAC (Gwet's own), `CAC.fleiss`, 12 digits. Fleiss (1971) prints 0.430 for the first."""
    found = fleiss_kappa(np.array(table))
    assert (found.value, found.low, found.high) == pytest.approx(expected, abs=1e-9)
    assert found.n == len(table)


@pytest.mark.parametrize(
    "found", [cohen_kappa(np.diag([5, 7])), fleiss_kappa(counts([3, 0, 3], 3))]
)
def test_perfect_agreement_has_no_interval(found):
    assert (found.value, found.reason) == (pytest.approx(1.0), "no_interval")
    assert math.isnan(found.low)


def test_perfect_disagreement_has_none_either():
    found = cohen_kappa(np.array([[0, 4], [4, 0]]))
    assert (found.value, found.reason) == (-1.0, "no_interval")


def test_intervals_stay_on_the_scale():
    found = cohen_kappa(np.array([[3, 1], [0, 3]]))
    assert found.high == 1.0
    found = fleiss_kappa(counts([2, 2, 0, 1], 2))
    assert (found.low, found.high) == (-1.0, 1.0)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (cohen_kappa(np.array([[9, 0], [0, 0]])), "one_category"),
        (cohen_kappa(np.zeros((2, 2), np.int64)), "few_cases"),
        (cohen_kappa(np.array([[0, 1], [0, 0]])), "few_cases"),
        (fleiss_kappa(counts([3, 3, 3], 3)), "one_category"),
        (fleiss_kappa(counts([3], 3)), "few_cases"),
        (fleiss_kappa(counts([1, 0], 1)), "few_readers"),
    ],
)
def test_what_is_undefined_says_why(found, reason):
    assert math.isnan(found.value)
    assert found.reason == reason


def test_every_case_needs_all_readers():
    with pytest.raises(ValueError, match="same number"):
        fleiss_kappa(np.array([[1, 2], [1, 1]]))
