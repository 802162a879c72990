from __future__ import annotations

import math

import numpy as np
import pytest

from breastdce.core.codes import Undefined
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.radiomics.families.ibsi.intensity_volume_histogram import (
    FAMILY,
    Steps,
    VolumeHistogramParams,
)
from breastdce.radiomics.processing import Processing, prepare

WHOLE = Steps(method="none")


def _compute(values, steps, limits=(-math.inf, math.inf)):
    values = np.asarray(values, np.float32).reshape(-1, 1, 1)
    grid = Grid(values.shape, (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    mask = Mask(np.ones(values.shape, bool), grid)
    region = prepare(Volume(values, grid), mask, Processing(range=limits))
    return FAMILY.compute(region, VolumeHistogramParams(steps=steps))


def test_steps_of_one_cover_absent_intensities():
    found = _compute([0, 0, 0, 1, 10], WHOLE)  # 11 steps: 10 % is step 1, 90 % is step 9
    assert found["volume_fraction_at_10_percent_intensity"] == pytest.approx(2 / 5)
    assert found["volume_fraction_at_90_percent_intensity"] == pytest.approx(1 / 5)
    assert found["volume_fraction_difference"] == pytest.approx(1 / 5)
    assert found["intensity_at_90_percent_volume"] == 1
    # a fifth reaches the last intensity: a tenth is left only above it
    assert found["intensity_at_10_percent_volume"] == 11
    assert found["intensity_difference"] == 10


def test_the_range_is_the_axis_where_it_is_given():
    found = _compute([2, 3, 4, 99], WHOLE, (0.0, 10.0))
    assert found["volume_fraction_at_10_percent_intensity"] == 1
    assert found["intensity_at_10_percent_volume"] == 5


def test_a_fraction_that_is_hit_exactly_counts():
    values = np.arange(1001)
    found = _compute(values, WHOLE)  # step 900 of 1000
    assert found["volume_fraction_at_90_percent_intensity"] == pytest.approx(101 / 1001)


def test_steps_of_a_width_are_known_by_their_centers():
    found = _compute([0.0, 2.5, 5.0, 9.9], Steps(method="width", width=2.5), (0.0, 10.0))
    assert found["intensity_at_90_percent_volume"] == 3.75
    assert found["intensity_at_10_percent_volume"] == 11.25
    assert _compute([0.0, 10.0], Steps(method="width", width=2.5))[
        "volume_fraction_at_90_percent_intensity"
    ] == pytest.approx(0.5)  # the upper end is in the last step


def test_a_number_of_steps_lies_between_the_extremes():
    found = _compute(np.arange(100.0), Steps(number=100), (-50.0, 500.0))
    assert found["intensity_at_10_percent_volume"] == 91  # bins count from 1
    assert found["intensity_at_90_percent_volume"] == 11
    assert found["area_under_curve"] == pytest.approx(0.5, abs=0.01)


def test_an_even_spread_has_half_the_area_and_low_values_less():
    even, low = _compute(np.arange(11), WHOLE), _compute([0] * 10 + [10], WHOLE)
    assert even["area_under_curve"] == pytest.approx(np.trapezoid(1 - np.arange(11) / 11, dx=0.1))
    assert low["area_under_curve"] < 0.2


@pytest.mark.parametrize(
    ("values", "steps", "reason"),
    [
        ([3, 3], WHOLE, Undefined.FLAT_REGION),
        ([3, 3], Steps(), Undefined.FLAT_REGION),
        ([1, 2.5], WHOLE, Undefined.LEVELS_NOT_WHOLE),
        ([0, 2e6], WHOLE, Undefined.TOO_MANY_LEVELS),
        ([0, 1], Steps(method="width", width=1e-9), Undefined.TOO_MANY_LEVELS),
    ],
)
def test_what_cannot_be_made_says_why(values, steps, reason):
    assert set(_compute(values, steps).values()) == {reason}


def test_an_empty_region_has_no_curve():
    assert set(_compute([1, 2], WHOLE, (5.0, 6.0)).values()) == {Undefined.EMPTY_REGION}


def test_units_follow_the_steps():
    number, none = (
        {feature.name: feature.unit for feature in FAMILY.features(VolumeHistogramParams(steps=s))}
        for s in (Steps(), WHOLE)
    )
    assert number["intensity_difference"] == "bin"
    assert none["intensity_difference"] == "intensity"
