from __future__ import annotations

import math

import numpy as np
import pytest

from breastdce.core.codes import Undefined
from breastdce.core.grid import Grid
from breastdce.core.params import NoParams
from breastdce.core.volume import Mask, Volume
from breastdce.radiomics.families.ibsi.morphology import FAMILY
from breastdce.radiomics.processing import Processing, prepare

AXES = ("major_axis_length", "minor_axis_length", "least_axis_length")


def _compute(inside, values=None, spacing=(1.0, 1.0, 1.0), processing=None):
    i, j, k = inside.shape
    grid = Grid((i, j, k), spacing, np.eye(3), (0.0, 0.0, 0.0))
    values = np.ones(inside.shape) if values is None else values
    image = Volume(np.asfortranarray(values, dtype=np.float32), grid)
    region = prepare(image, Mask(np.asfortranarray(inside), grid), processing or Processing())
    return FAMILY.compute(region, NoParams())


def _ball(radius):
    n = math.ceil(radius) + 1
    i, j, k = np.ogrid[-n : n + 1, -n : n + 1, -n : n + 1]
    return i**2 + j**2 + k**2 <= radius**2


def test_a_ball_is_round():
    found = _compute(_ball(15.0))
    assert found["volume_mesh"] == pytest.approx(4 / 3 * math.pi * 15**3, rel=0.01)
    assert found["volume_voxels"] == np.count_nonzero(_ball(15.0))
    for name in AXES:
        # a ball of radius r has the moments r^2 / 5
        assert found[name] == pytest.approx(4 * 15 / math.sqrt(5), rel=0.01)
    assert found["elongation"] == pytest.approx(1)
    assert found["flatness"] == pytest.approx(1)
    assert found["maximum_3d_diameter"] == pytest.approx(31, abs=0.1)
    assert 0.9 < found["sphericity"] < 1  # the staircase has more surface
    assert found["volume_density_convex_hull"] == pytest.approx(1, abs=0.05)
    assert found["volume_density_aligned_box"] == pytest.approx(math.pi / 6, rel=0.1)
    assert found["volume_density_oriented_box"] == pytest.approx(math.pi / 6, rel=0.1)
    assert found["volume_density_enclosing_ellipsoid"] == pytest.approx(1, abs=0.1)


def test_measures_of_roundness_are_one_another():
    found = _compute(np.random.default_rng(1).random((5, 6, 7)) < 0.4, spacing=(1.0, 0.8, 2.0))
    volume, area = found["volume_mesh"], found["surface_area"]
    assert found["surface_to_volume_ratio"] == pytest.approx(area / volume)
    assert found["compactness_2"] == pytest.approx(36 * math.pi * volume**2 / area**3)
    assert found["compactness_1"] == pytest.approx(found["compactness_2"] ** 0.5 / (6 * math.pi))
    assert found["sphericity"] ** 3 == pytest.approx(found["compactness_2"])
    assert found["spherical_disproportion"] == pytest.approx(1 / found["sphericity"])
    assert found["asphericity"] == pytest.approx(found["spherical_disproportion"] - 1)


def test_axes_are_those_of_the_sample_covariance():
    inside = np.random.default_rng(2).random((6, 7, 5)) < 0.3
    spacing = np.array([0.5, 1.0, 3.0])
    covariance = np.cov(np.argwhere(inside) * spacing, rowvar=False)
    expected = 4 * np.sqrt(np.linalg.eigvalsh(covariance))[::-1]
    found = _compute(inside, spacing=tuple(spacing.tolist()))
    np.testing.assert_allclose([found[name] for name in AXES], expected)


def test_a_box_fills_its_boxes_and_its_hull():
    found = _compute(np.ones((6, 5, 4), bool), spacing=(1.0, 2.0, 0.5))
    sides = np.array([6, 10, 2])
    assert found["volume_density_aligned_box"] * sides.prod() == pytest.approx(found["volume_mesh"])
    for name in ("volume", "area"):
        aligned, oriented = (found[f"{name}_density_{box}_box"] for box in ("aligned", "oriented"))
        assert oriented == pytest.approx(aligned)
        assert found[f"{name}_density_convex_hull"] == pytest.approx(1)


def test_shift_and_integral_are_weighted_by_intensity():
    values = np.zeros((4, 1, 1))
    values[:, 0, 0] = [1, 1, 1, 5]
    found = _compute(np.ones((4, 1, 1), bool), values, spacing=(2.0, 1.0, 1.0))
    assert found["center_of_mass_shift"] == pytest.approx(2 * ((0 + 1 + 2 + 15) / 8 - 1.5))
    assert found["integrated_intensity"] == pytest.approx(2 * found["volume_mesh"])


def test_resegmentation_leaves_the_shape_alone():
    values = np.arange(27.0).reshape(3, 3, 3)
    inside = np.ones((3, 3, 3), bool)
    whole, part = (
        _compute(inside, values, processing=Processing(range=(low, math.inf)))
        for low in (-math.inf, 20.0)
    )
    mixed = {"center_of_mass_shift", "integrated_intensity"}
    assert {name for name in whole if whole[name] != part[name]} == mixed
    assert part["integrated_intensity"] == pytest.approx(23 * part["volume_mesh"])


def test_an_empty_mask_has_no_shape():
    found = _compute(np.zeros((3, 3, 3), bool))
    assert set(found.values()) == {Undefined.EMPTY_REGION}


def test_a_mask_without_intensities_has_a_shape():
    found = _compute(np.ones((3, 3, 3), bool), processing=Processing(range=(5.0, 6.0)))
    missing = {name for name, value in found.items() if isinstance(value, Undefined)}
    assert missing == {"center_of_mass_shift", "integrated_intensity"}


def test_intensities_that_cancel_have_no_center():
    values = np.array([-1.0, 1.0]).reshape(2, 1, 1)
    found = _compute(np.ones((2, 1, 1), bool), values)
    assert found["center_of_mass_shift"] is Undefined.ZERO_DENOMINATOR


def test_a_single_voxel_has_no_proportions():
    found = _compute(np.ones((1, 1, 1), bool))
    missing = {name for name, value in found.items() if value is Undefined.FLAT_SHAPE}
    assert missing == {
        "elongation",
        "flatness",
        "volume_density_approximate_ellipsoid",
        "area_density_approximate_ellipsoid",
    }
    assert [found[name] for name in AXES] == [0, 0, 0]
    assert found["maximum_3d_diameter"] == 1
    assert found["volume_mesh"] == pytest.approx(1 / 6)


def _plane():
    inside = np.zeros((5, 5, 5), bool)
    inside[:, :, 2] = True
    return inside


def _diagonal_plane():
    i, j, k = np.indices((6, 6, 6))
    return i + j + k == 7


def _line():
    inside = np.zeros((6, 6, 6), bool)
    inside[range(6), range(6), range(6)] = True
    return inside


@pytest.mark.parametrize("inside", [_plane(), _diagonal_plane(), _line()])
def test_a_flat_mask_has_no_ellipsoid_and_is_finite_else(inside):
    found = _compute(inside)
    missing = {name for name, value in found.items() if isinstance(value, Undefined)}
    assert missing == {
        "volume_density_approximate_ellipsoid",
        "area_density_approximate_ellipsoid",
    }
    assert found["least_axis_length"] == 0
    assert found["flatness"] == 0
    assert all(math.isfinite(found[name]) for name in set(found) - missing)


def test_features_carry_code_and_tag():
    features = FAMILY.features(NoParams())
    assert len(features) == 27
    assert len({feature.ibsi for feature in features}) == 27
    assert all(feature.tag.startswith("morph_") for feature in features)
