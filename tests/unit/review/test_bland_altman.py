"""Limits of agreement against the example of the paper and SciPy's t."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from breastdce.review.bland_altman import bland_altman, bland_altman_ratio

WRIGHT = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]


def test_the_peak_flow_meters_of_the_paper():
    """Bland and Altman (1986): bias -2.1 (-22.0 to 17.8), limits -79.7 and 75.5 L/min.

    They multiply by 2 instead of 1.96 and round on the way; so the limits within 2, the rest
    within what is printed.
    """
    found = bland_altman(np.array(WRIGHT, np.float64), np.array(MINI, np.float64))
    assert found.bias.value == pytest.approx(-2.1, abs=0.05)
    assert (found.bias.low, found.bias.high) == pytest.approx((-22.0, 17.8), abs=0.1)
    assert (found.lower.value, found.upper.value) == pytest.approx((-79.7, 75.5), abs=2.0)
    assert found.bias.n == 17


def test_intervals_are_those_of_the_formula():
    rng = np.random.default_rng(2)
    first, second = rng.normal(20, 9, 23), rng.normal(19, 8, 23)
    found = bland_altman(first, second)
    d = first - second
    mean, sd, n = sum(d) / 23, math.sqrt(sum((d - sum(d) / 23) ** 2) / 22), 23
    expected = stats.t.interval(0.95, 22, mean, sd / math.sqrt(n))
    assert (found.bias.low, found.bias.high) == pytest.approx(expected, abs=1e-9)
    error = math.sqrt(sd**2 * (1 / n + 1.96**2 / (2 * (n - 1))))
    for limit, sign in ((found.lower, -1), (found.upper, 1)):
        expected = stats.t.interval(0.95, 22, mean + sign * 1.96 * sd, error)
        assert limit.value == pytest.approx(mean + sign * 1.96 * sd, abs=1e-9)
        assert (limit.low, limit.high) == pytest.approx(expected, abs=1e-9)


def test_turned_readers_turn_the_sign():
    one, other = np.array([1.0, 5.0, 9.0]), np.array([2.0, 4.0, 12.0])
    there, back = bland_altman(one, other), bland_altman(other, one)
    assert there.bias.value == pytest.approx(-back.bias.value)
    assert there.lower.value == pytest.approx(-back.upper.value)
    there, back = bland_altman_ratio(one, other), bland_altman_ratio(other, one)
    assert there.upper.high == pytest.approx(1 / back.lower.low)


def test_a_reader_who_always_draws_a_tenth_more():
    second = np.array([0.5, 3.0, 20.0, 150.0])
    found = bland_altman_ratio(1.1 * second, second)
    assert (found.bias.value, found.lower.value, found.upper.value) == pytest.approx((1.1,) * 3)
    assert found.scale == "ratio"


def test_a_volume_of_zero_has_no_ratio_and_is_counted():
    first, second = np.array([0.0, 2.0, 4.0, 8.0]), np.array([1.0, 1.0, 2.0, 0.0])
    found = bland_altman_ratio(first, second)
    assert (found.left_out, found.bias.n, found.bias.value) == (2, 2, 2.0)
    assert bland_altman(first, second).bias.n == 4


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_cases_are_undefined(n):
    for compare in (bland_altman, bland_altman_ratio):
        found = compare(np.ones(n), np.ones(n))
        assert math.isnan(found.bias.value)
        assert math.isnan(found.upper.low)
        assert (found.lower.reason, found.lower.n) == ("few_cases", n)
