"""Quartiles, fences, robust z and outliers against values worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from breastdce.report.statistics.spread import LEAST_EXAMS, robust_z, spread, tukey_fences


def test_whole_numbers_to_twelve():
    found = spread(np.arange(13.0))
    assert (found.low, found.q1, found.median, found.q3, found.high) == (0, 3, 6, 9, 12)
    assert found.fences == (-6.0, 18.0)  # 1.5 times 6 beyond the quartiles
    assert found.outliers == ()


def test_robust_z_of_one_to_nine():
    # Median 5, deviations 4 3 2 1 0 1 2 3 4 with median 2: z of 9 is 0.6745 * 4 / 2.
    z = robust_z(np.arange(1.0, 10.0))
    assert z[-1] == pytest.approx(1.3489795, rel=1e-7)
    assert z[4] == 0


def test_fences_of_a_normal_sample_lie_at_2_7_standard_deviations():
    values = np.random.Generator(np.random.Philox(1)).normal(0, 1, 200_000)
    low, high = tukey_fences(values)
    # 0.6745 (1 + 2 * 1.5) = 2.698; five standard errors of a quartile of so many are 0.06.
    assert (low, high) == pytest.approx((-2.698, 2.698), abs=0.06)


def test_an_outlier_needs_both_rules():
    values = np.array([*range(20), 40.0, 200.0, math.nan])
    found = spread(values)
    # Median 10.5, MAD 5.5: z is 3.62 of 40 and 23.2 of 200; fences at -10.5 and 31.5.
    assert [outlier.place for outlier in found.outliers] == [21, 20]
    assert found.outliers[1].z == pytest.approx(0.6744898 * 29.5 / 5.5, rel=1e-6)
    assert found.missing == 1
    near = np.array([*range(20), 34.0])  # beyond the fence of 30, z 3.24
    assert spread(near).outliers == ()


def test_skewed_volumes_are_judged_by_their_logarithm():
    values = 10.0 ** np.linspace(-1, 2, 31)
    found = spread(values)
    assert found.on_log
    assert found.outliers == ()
    assert found.fences[0] > 0
    with_zero = spread(np.append(values, 0.0))
    assert not with_zero.on_log


@pytest.mark.parametrize(
    "values",
    [
        [1.0] * (LEAST_EXAMS - 2) + [50.0],  # too few
        [3.0] * 30 + [4.0, 90.0],  # more than half of them equal
    ],
)
def test_nothing_is_judged_where_nothing_is_usual(values):
    found = spread(np.array(values))
    assert found.outliers == ()
    assert math.isnan(found.fences[0])


def test_no_value_is_no_number():
    found = spread(np.array([math.nan, math.inf]))
    assert (found.n, found.missing) == (0, 2)
    assert math.isnan(found.median)
    assert not found.is_constant


@given(
    arrays(np.float64, st.integers(10, 60), elements=st.integers(-1000, 1000).map(float)),
    st.integers(1, 8).map(float),
    st.integers(-50, 50).map(float),
)
def test_scale_and_origin_do_not_decide_who_lies_apart(values, factor, shift):
    plain, moved = spread(values), spread(values * factor + shift)
    if not plain.on_log and not moved.on_log:
        assert [o.place for o in plain.outliers] == [o.place for o in moved.outliers]
