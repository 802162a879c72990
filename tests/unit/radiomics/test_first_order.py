from __future__ import annotations

import math

import numpy as np
import pytest

from breastdce.core.codes import Undefined
from breastdce.radiomics.first_order import STATISTICS, first_order, ordered_sum, ratio


def _of(*values):
    return first_order(np.array(values, np.float32))


def test_closed_forms_of_four_numbers():
    found = _of(1, 2, 3, 6)
    assert found["Sum"] == 12
    assert found["Mean"] == 3
    assert found["Variance"] == pytest.approx(14 / 3)
    assert found["StandardDeviation"] == pytest.approx(math.sqrt(14 / 3))
    assert found["CoefficientOfVariation"] == pytest.approx(math.sqrt(14 / 3) / 3)
    assert found["Energy"] == 50
    assert found["RootMeanSquare"] == pytest.approx(math.sqrt(12.5))
    assert found["Median"] == 2.5
    assert found["MedianAbsoluteDeviation"] == 0.5  # signed: mean minus median
    assert found["MeanAbsoluteDeviation"] == 0.0
    assert found["Range"] == 5
    assert found["Skewness"] == pytest.approx((27 - 8 - 1) / 4 / (14 / 3) ** 1.5)
    assert found["Kurtosis"] == pytest.approx((81 + 16 + 1) / 4 / (14 / 3) ** 2)


def test_percentiles_are_elements_not_interpolated():
    found = _of(*range(10, 0, -1))
    assert found["TenthPercentile"] == 2
    assert found["TwentyFifthPercentile"] == 3
    assert found["SeventyFifthPercentile"] == 8
    assert found["NinetiethPercentile"] == 10
    assert found["InterQuartileRange"] == 5
    assert found["QuartileCoefficientOfVariation"] == pytest.approx(5 / 11)


def test_robust_deviation_takes_values_between_the_percentiles_ends_included():
    assert _of(*range(1, 11))["RobustMeanAbsoluteDeviation1090"] == pytest.approx(
        np.abs(np.arange(2, 11) - 6.0).mean()
    )


def test_mode_is_the_first_most_frequent():
    assert _of(3, 1, 1, 2, 2, 5)["Mode"] == 1
    assert _of(1, 2, 3)["Mode"] == 1


def test_mode_never_is_the_largest_value():
    assert _of(1, 2, 2, 9, 9, 9)["Mode"] == 2
    assert _of(9, 9)["Mode"] == 9


def test_nothing_has_no_statistics():
    found = first_order(np.empty(0, np.float32))
    assert set(found.values()) == {Undefined.EMPTY_REGION}
    assert tuple(found) == tuple(STATISTICS)


def test_one_value_has_no_spread():
    found = _of(4)
    undefined = {name for name, value in found.items() if value is Undefined.TOO_FEW_VOXELS}
    assert undefined == {
        "Variance",
        "StandardDeviation",
        "CoefficientOfVariation",
        "Skewness",
        "Kurtosis",
    }
    assert found["Mode"] == found["Median"] == found["TenthPercentile"] == 4


def test_equal_values_have_spread_zero_and_no_shape():
    found = first_order(np.full(1000, 0.1, np.float32))
    assert found["Variance"] == 0
    assert found["Skewness"] is found["Kurtosis"] is Undefined.FLAT_REGION


def test_a_mean_of_zero_leaves_no_coefficient_of_variation():
    assert _of(-1, 1)["CoefficientOfVariation"] is Undefined.ZERO_DENOMINATOR


def test_ratio_names_its_reason():
    assert ratio(1.0, 4.0) == 0.25
    assert ratio(0.0, 0.0) is Undefined.ZERO_DENOMINATOR


def test_sum_runs_one_value_after_another():
    values = np.full(1000, 0.1)
    total = 0.0
    for value in values:
        total += float(value)
    assert ordered_sum(values) == total != float(values.sum())


def test_names_are_sorted():
    assert list(STATISTICS) == sorted(STATISTICS)
