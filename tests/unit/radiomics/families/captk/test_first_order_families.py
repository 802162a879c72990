from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.codes import Undefined
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.radiomics.binning import Histogram
from breastdce.radiomics.families.captk import histogram, intensity, volumetric
from breastdce.radiomics.panel import FAMILIES
from breastdce.radiomics.region import Region


def _region(values, spacing=(1.0, 1.0, 1.0)):
    voxels = np.array(values, np.float32).reshape((-1, 1, 1), order="F")
    grid = Grid(voxels.shape, spacing, np.eye(3), (0.0, 0.0, 0.0))
    return Region.of(Volume(voxels, grid), Mask(np.ones(voxels.shape, bool), grid))


def _empty():
    grid = Grid((2, 2, 2), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    return Region.of(
        Volume(np.ones((2, 2, 2), np.float32), grid), Mask(np.zeros((2, 2, 2), bool), grid)
    )


@pytest.mark.parametrize("name", ["intensity", "histogram", "volumetric"])
def test_names_are_kept_known_in_advance_and_explained(name):
    family = FAMILIES["captk"].get(name)
    params = family.params()
    names = family.names(params)
    assert len(names) == {"intensity": 20, "histogram": 285, "volumetric": 2}[name]
    assert names == tuple(sorted(names))
    for region in (_region([1, 2, 3, 4]), _region([1]), _region([2, 2]), _empty()):
        assert tuple(family.compute(region, params)) == names
    for feature in family.features(params):
        assert feature.definition.endswith(".")
        assert "{" not in feature.definition
        assert feature.unit


def test_histogram_counts_and_tails():
    params = histogram.HistogramParams(bins=4)
    found = histogram.compute(_region([0, 0, 0, 1, 2, 3, 3, 3]), params)
    assert [found[f"Bin-{number}_Frequency"] for number in range(4)] == [3, 1, 1, 3]
    assert found["Bin-0_Probability"] == 3 / 8
    assert found["Entropy"] == pytest.approx(2 * 3 / 8 * np.log2(8 / 3) + 2 * 3 / 8)
    assert found["Uniformity"] == pytest.approx(20 / 64)
    assert found["Mean"] == 12 / 8
    assert found["FifthPercentileMean"] == 0
    assert found["NinetyFifthPercentileMean"] == 3


def test_entropy_of_equal_values_is_plain_zero():
    found = histogram.compute(_region([2, 2, 2]), histogram.HistogramParams())
    assert str(found["Entropy"]) == "0.0"
    assert found["Bin-127_Frequency"] == 3
    assert found["NinetyFifthPercentileMean"] is Undefined.ZERO_DENOMINATOR


def test_quartile_coefficient_of_a_histogram_heaped_in_its_first_bin_is_undefined():
    found = histogram.compute(_region([0] * 9 + [100]), histogram.HistogramParams())
    assert found["QuartileCoefficientOfVariation"] is Undefined.ZERO_DENOMINATOR


def test_tails_compare_in_double_precision():
    one = np.float32(1)
    below = np.nextafter(one, np.float32(0))
    limit = float(one) - 0.1 * float(one - below)  # rounds to 1 in float32, yet 1 lies above it
    edges = np.array([limit])
    bins = Histogram(edges, edges, np.array([2]), np.array([0, 0]))
    found = histogram._tails(np.array([below, one]), bins)
    assert found["FifthPercentileMean"] == below
    assert found["NinetyFifthPercentileMean"] == one


def test_an_empty_region_has_size_zero_and_nothing_else():
    assert volumetric.compute(_empty(), volumetric.FAMILY.params()) == {"Pixels": 0, "Volume": 0}
    found = intensity.compute(_empty(), intensity.FAMILY.params())
    assert set(found.values()) == {Undefined.EMPTY_REGION}


def test_volume_is_in_cubic_millimeters():
    found = volumetric.compute(_region([1, 2], (0.5, 2.0, 3.0)), volumetric.FAMILY.params())
    assert found == {"Pixels": 2, "Volume": 6.0}


def test_voxels_without_an_intensity_have_a_volume():
    found = volumetric.compute(_region([1, np.nan, 2]), volumetric.FAMILY.params())
    assert found["Pixels"] == 3
