from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.codes import Undefined
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.radiomics.families.ibsi.intensity_histogram import FAMILY, HistogramParams
from breastdce.radiomics.families.ibsi.statistics import FAMILY as STATISTICS
from breastdce.radiomics.levels import Binning
from breastdce.radiomics.region import Region

AS_THEY_ARE = HistogramParams(binning=Binning(method="none"))


def _region(values):
    values = np.asarray(values, np.float32).reshape(-1, 1, 1)
    grid = Grid(values.shape, (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    return Region.of(Volume(values, grid), Mask(np.ones(values.shape, bool), grid))


def test_statistics_of_whole_levels_are_those_of_the_values():
    region = _region(np.random.default_rng(1).integers(1, 9, 200))
    found = FAMILY.compute(region, AS_THEY_ARE)
    values = STATISTICS.compute(region, STATISTICS.params())
    for name in set(found) & set(values):
        assert found[name] == pytest.approx(values[name]), name


def test_form_of_a_small_histogram():
    found = FAMILY.compute(_region([1, 1, 1, 2, 4, 4]), AS_THEY_ARE)  # counts 3 1 0 2
    shares = np.array([3, 1, 2]) / 6
    assert found["mode"] == 1
    assert found["entropy"] == pytest.approx(-(shares * np.log2(shares)).sum())
    assert found["uniformity"] == pytest.approx((shares**2).sum())
    assert (found["maximum_gradient"], found["maximum_gradient_level"]) == (2, 4)
    assert (found["minimum_gradient"], found["minimum_gradient_level"]) == (-2, 1)


def test_of_several_modes_the_one_nearest_to_the_mean_is_taken():
    assert FAMILY.compute(_region([1, 1, 5, 5, 6]), AS_THEY_ARE)["mode"] == 5
    assert FAMILY.compute(_region([1, 1, 3, 3]), AS_THEY_ARE)["mode"] == 1  # as near: the lower


def test_a_flat_region_is_in_the_first_bin():
    found = FAMILY.compute(_region([7, 7]), HistogramParams())
    assert found["mean"] == found["mode"] == 1
    assert found["skewness"] is Undefined.FLAT_REGION
    assert str(found["entropy"]) == "0.0"  # not negative
    assert (found["minimum_gradient"], found["maximum_gradient"]) == (-2, 0)


def test_one_level_has_no_gradient():
    found = FAMILY.compute(_region([3, 4]), HistogramParams(binning=Binning(bins=1)))
    missing = {name for name, value in found.items() if value is Undefined.FLAT_REGION}
    assert {"maximum_gradient", "minimum_gradient_level"} <= missing


def test_levels_that_cannot_be_made_say_why():
    assert set(FAMILY.compute(_region([0.5, 2]), AS_THEY_ARE).values()) == {
        Undefined.LEVELS_NOT_WHOLE
    }


def test_percentiles_lie_between_levels():
    assert FAMILY.compute(_region([1, 2]), AS_THEY_ARE)["percentile_10"] == pytest.approx(1.1)
