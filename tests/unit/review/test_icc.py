"""ICC(2,1) against pingouin, closed forms, and where it is undefined."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from breastdce.review.icc import icc_agreement

SHROUT_FLEISS = [
    [9, 2, 5, 8],
    [6, 1, 3, 2],
    [8, 4, 6, 8],
    [7, 1, 2, 6],
    [10, 5, 6, 9],
    [6, 2, 4, 7],
]
VOLUMES = [
    [12.1, 11.4, 13.0],
    [0.8, 0.9, 0.7],
    [45.2, 51.0, 44.1],
    [3.3, 2.9, 3.9],
    [22.5, 20.1, 25.3],
    [7.7, 8.8, 6.9],
    [15.0, 14.2, 17.1],
    [101.3, 96.7, 110.2],
]
BELOW_CHANCE = [[1.0, 5.0], [2.0, 1.0], [3.0, 4.0], [2.5, 0.5], [1.5, 3.0]]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (SHROUT_FLEISS, (0.28976377952755916, 0.018786513375, 0.761084369649)),
        (VOLUMES, (0.9923063052232974, 0.975506186997, 0.998299665771)),
        (BELOW_CHANCE, (-0.30201342281879184, -1.147875548795, 0.727514501442)),
    ],
)
def test_values_and_intervals_are_those_of_pingouin(values, expected):
    """pingouin 0.6.1, `intraclass_corr`, row ICC(A,1). The first table is Shrout and Fleiss's, who
    print 0.29. Tolerance: 1e-9, far below the 1e-6 that is asked for."""
    found = icc_agreement(np.array(values, np.float64))
    assert (found.value, found.low, found.high) == pytest.approx(expected, abs=1e-9)
    assert (found.n, found.reason) == (len(values), "")


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), cases=st.integers(3, 12), readers=st.integers(2, 5))
def test_the_formula_in_its_other_form(seed, cases, readers):
    """Mean squares by sums of squares, limits by the F that Shrout and Fleiss (1979) write out."""
    rng = np.random.default_rng(seed)
    x = (
        rng.normal(0, 2, (cases, 1))
        + rng.normal(0, 1, (1, readers))
        + rng.normal(0, 1, (cases, readers))
    )
    n, k = x.shape
    total = (x**2).sum() - x.sum() ** 2 / (n * k)
    between = (x.sum(axis=1) ** 2).sum() / k - x.sum() ** 2 / (n * k)
    judges = (x.sum(axis=0) ** 2).sum() / n - x.sum() ** 2 / (n * k)
    bms, jms = between / (n - 1), judges / (k - 1)
    ems = (total - between - judges) / ((n - 1) * (k - 1))
    rho = (bms - ems) / (bms + (k - 1) * ems + k * (jms - ems) / n)
    f = jms / ems
    top = (k - 1) * (n - 1) * (k * rho * f + n * (1 + (k - 1) * rho) - k * rho) ** 2
    v = top / ((n - 1) * k**2 * rho**2 * f**2 + (n * (1 + (k - 1) * rho) - k * rho) ** 2)
    assume(v > 0.1)  # below, the quantile of F is beyond what a float holds
    up, down = stats.f.ppf(0.975, n - 1, v), stats.f.ppf(0.975, v, n - 1)
    rest = k * jms + (k * n - k - n) * ems
    low = n * (bms - up * ems) / (up * rest + n * bms)
    high = n * (down * bms - ems) / (rest + n * down * bms)
    found = icc_agreement(x)
    assert (found.value, found.low, found.high) == pytest.approx((rho, low, high), abs=1e-6)


def test_a_constant_offset_counts_as_disagreement():
    """Second reader always 1 more: MSE 0, MSC n / 2 = 2, MSR 2 var = 10 / 3; 10/3 : (10/3 + 1)."""
    found = icc_agreement(np.array([[1.0, 2.0], [2.0, 3.0], [3.0, 4.0], [4.0, 5.0]]))
    assert found.value == pytest.approx(10 / 13)
    assert found.low < found.value < found.high


def test_perfect_agreement_has_no_interval():
    x = np.repeat(np.random.default_rng(1).random((7, 1)) * 0.3, 3, axis=1)
    found = icc_agreement(x)
    assert (found.value, found.reason) == (1.0, "no_interval")
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_three_cases_below_chance_may_not_tell_an_interval():
    """Degrees of freedom of 0.004: the quantile of F is infinite."""
    rng = np.random.default_rng(121)
    x = rng.normal(0, 2, (3, 1)) + rng.normal(0, 1, (1, 2)) + rng.normal(0, 1, (3, 2))
    found = icc_agreement(x)
    assert found.value == pytest.approx(-0.0837, abs=1e-4)
    assert (found.reason, math.isnan(found.low)) == ("no_interval", True)


@pytest.mark.parametrize(
    ("shape", "reason"), [((0, 2), "few_cases"), ((1, 2), "few_cases"), ((5, 1), "few_readers")]
)
def test_too_little_is_undefined(shape, reason):
    found = icc_agreement(np.arange(shape[0] * shape[1], dtype=np.float64).reshape(shape))
    assert math.isnan(found.value)
    assert (found.n, found.reason) == (shape[0], reason)


def test_equal_values_tell_nothing():
    assert icc_agreement(np.full((6, 3), 0.1)).reason == "no_variation"
