"""Rounding is the one of printed tables."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breastdce.cohort.rounding import median, percent, rounded


@pytest.mark.parametrize(
    ("value", "text"),
    [(48.85, "48.9"), (48.849, "48.8"), (0.05, "0.1"), (-0.05, "-0.1"), (2, "2.0")],
)
def test_half_goes_up_on_the_decimals_as_written(value, text):
    assert str(rounded(value, 1)) == text


@pytest.mark.parametrize(
    ("part", "total", "text"), [(1, 8, "13"), (25, 44, "57"), (18, 44, "41"), (0, 5, "0")]
)
def test_percentages_round_once(part, total, text):
    assert str(percent(part, total, 0)) == text


def test_a_whole_of_nothing_has_no_percentage():
    assert percent(0, 0, 1) is None


def test_the_median_is_exact():
    assert median([0.1, 0.2]) == Decimal("0.15")
    assert median([3.0, 1.0, 2.0]) == 2
    assert median([]) is None


@given(value=st.fractions(-1000, 1000), decimals=st.integers(0, 4))
def test_rounding_moves_by_half_a_step_at_most(value, decimals):
    step = Fraction(1, 10**decimals)
    assert abs(Fraction(rounded(value, decimals)) - value) <= step / 2


@given(cents=st.integers(-(10**6), 10**6))
def test_fractions_and_decimals_round_alike(cents):
    exact = Decimal(cents).scaleb(-2)
    assert rounded(Fraction(exact), 1) == rounded(exact, 1)
