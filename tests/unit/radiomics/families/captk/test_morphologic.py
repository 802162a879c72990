from __future__ import annotations

import math

import numpy as np
import pytest
import SimpleITK as sitk

from breastdce.core.codes import Undefined
from breastdce.core.params import NoParams
from breastdce.radiomics.families.captk.morphologic import compute
from tests.unit.radiomics.families.captk.regions import region_of

SPACING = (0.5, 1.0, 2.0)


def _of(inside, spacing=SPACING):
    return compute(region_of(np.ones(inside.shape), inside, spacing), NoParams())


def _box(shape, corner, size):
    inside = np.zeros(shape, bool)
    inside[tuple(slice(c, c + n) for c, n in zip(corner, size, strict=True))] = True
    return inside


def test_size_and_border_of_a_box_in_a_corner():
    found = _of(_box((8, 8, 8), (0, 3, 3), (4, 3, 2)))
    assert found["NumberOfPixels"] == found["LargestComponentSize"] == 24
    assert found["PhysicalSize"] == 24
    assert found["EquivalentSphericalRadius"] == pytest.approx((24 * 3 / 4 / math.pi) ** (1 / 3))
    assert found["PixelsOnBorder"] == 6
    assert found["PerimeterOnBorder"] == 6 * 1.0 * 2.0  # faces of 1 mm by 2 mm
    ratio = found["PerimeterOnBorder"] / found["Perimeter"]
    assert found["PerimeterOnBorderRatio"] == pytest.approx(ratio)
    assert found["OrientedBoundingBoxSize_Axis-0"] == 0


def test_voxels_of_an_edge_of_the_image_count_once_and_their_faces_twice():
    found = _of(_box((4, 4, 4), (0, 0, 1), (1, 1, 1)))
    assert found["PixelsOnBorder"] == 1
    assert found["PerimeterOnBorder"] == 1.0 * 2.0 + 0.5 * 2.0


@pytest.mark.parametrize("first", [True, False])
def test_the_largest_part_is_described_wherever_it_stands(first):
    small, large = _box((12, 6, 6), (1, 1, 1), (2, 2, 2)), _box((12, 6, 6), (6, 1, 2), (4, 3, 3))
    parts = small | large
    assert _of(parts if first else parts[:, :, ::-1])["NumberOfPixels"] == 36


def test_parts_that_share_an_edge_only_are_apart():
    diagonal = _box((6, 6, 6), (1, 1, 1), (2, 2, 2)) | _box((6, 6, 6), (3, 3, 1), (2, 2, 2))
    assert _of(diagonal)["NumberOfPixels"] == 8


def test_a_plane_has_no_ellipsoid():
    found = _of(_box((8, 8, 8), (2, 2, 3), (4, 3, 1)))
    assert found["Eccentricity"] is Undefined.FLAT_SHAPE
    assert [found[f"EllipseDiameter_Axis-{axis}"] for axis in range(3)] == [0, 0, 0]


@pytest.mark.parametrize("seed", range(4))
def test_attributes_are_those_of_itk(seed):
    rng = np.random.default_rng(seed)
    axes = np.ogrid[-6:7, -5:6, -4:5]
    radii = rng.uniform(2, 4, 3)
    inside = sum((a / r) ** 2 for a, r in zip(axes, radii, strict=True)) < 1
    inside |= _box(inside.shape, (5, 4, 3), (6, 2, 2))
    image = sitk.GetImageFromArray(inside.T.astype(np.uint8))
    image.SetSpacing(SPACING)
    stats = sitk.LabelShapeStatisticsImageFilter()
    stats.Execute(image)
    found = _of(inside)
    expected = {
        "Perimeter": stats.GetPerimeter(1),
        "Roundness": stats.GetRoundness(1),
        "Elongation": stats.GetElongation(1),
        "Flatness": stats.GetFlatness(1),
        "PhysicalSize": stats.GetPhysicalSize(1),
        "EquivalentSphericalPerimeter": stats.GetEquivalentSphericalPerimeter(1),
        "PixelsOnBorder": stats.GetNumberOfPixelsOnBorder(1),
        "PerimeterOnBorder": stats.GetPerimeterOnBorder(1),
        **{
            f"EllipseDiameter_Axis-{axis}": diameter
            for axis, diameter in enumerate(stats.GetEquivalentEllipsoidDiameter(1))
        },
    }
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-9), name
