from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.radiomics.processing import Processing, prepare


def _case(values, inside=None, spacing=(1.0, 1.0, 1.0)):
    values = np.asfortranarray(values, dtype=np.float32)
    i, j, k = values.shape
    grid = Grid((i, j, k), spacing, np.eye(3), (0.0, 0.0, 0.0))
    inside = np.ones(values.shape, bool) if inside is None else inside
    return Volume(values, grid), Mask(np.asfortranarray(inside), grid)


def _row(*values):
    return np.array(values, np.float32).reshape(-1, 1, 1)


def test_by_default_nothing_is_done():
    image, mask = _case(np.arange(8.0).reshape(2, 2, 2))
    region = prepare(image, mask, Processing())
    assert region.image is image
    assert region.mask is region.shape is mask
    assert region.limits == (-math.inf, math.inf)


def test_range_narrows_the_intensity_mask_alone_ends_included():
    image, mask = _case(_row(1, 2, 3, 4, 5))
    region = prepare(image, mask, Processing(range=(2.0, 4.0)))
    assert region.values.tolist() == [2, 3, 4]
    assert region.shape is mask
    assert region.left_out == 2
    assert region.limits == (2.0, 4.0)


def test_range_is_compared_without_rounding_it_to_float32():
    image, mask = _case(_row(0.1, 1))
    assert prepare(image, mask, Processing(range=(-math.inf, 0.1))).size == 0  # float32 is above


def test_outliers_are_judged_by_the_moments_before_the_range():
    values = [*[0.0] * 50, *[10.0] * 50, 100.0, -1000.0]
    image, mask = _case(_row(*values))
    region = prepare(image, mask, Processing(range=(0.0, math.inf), outlier_sigma=1.0))
    mean, reach = np.mean(values), np.std(values)
    expected = [value for value in values if value >= 0 and abs(value - mean) <= reach]
    assert region.values.tolist() == expected
    assert len(expected) == 100  # the 100 is an outlier, with the -1000 in the moments or without
    assert region.limits == (0.0, math.inf)


def test_equal_values_are_no_outliers():
    image, mask = _case(np.full((3, 3, 3), 0.1))
    assert prepare(image, mask, Processing(outlier_sigma=3.0)).size == 27


def test_values_that_are_not_finite_leave_the_intensity_mask_only():
    image, mask = _case(_row(1, np.nan, np.inf, 4))
    region = prepare(image, mask, Processing(range=(-math.inf, math.inf)))
    assert region.values.tolist() == [1, 4]
    assert region.shape_box.sum() == 4


@pytest.mark.parametrize("order", ["linear", "cubic"])
def test_gaps_spoil_only_the_nodes_beside_them(order):
    values = np.ones((9, 1, 1), np.float32)
    values[4] = np.nan
    image, mask = _case(values)
    processing = Processing(spacing_mm=(0.5, 0.0, 0.0), image_interpolation=order)
    region = prepare(image, mask, processing)
    at = 4 + (np.arange(18) - 8.5) * 0.5
    assert np.isnan(region.image.data[:, 0, 0]).tolist() == (np.abs(at - 4) < 1).tolist()
    assert region.left_out == 4
    np.testing.assert_allclose(region.values, 1, atol=1e-6)


def test_an_image_without_any_finite_voxel_gives_an_empty_region():
    image, mask = _case(np.full((3, 3, 3), np.nan))
    assert prepare(image, mask, Processing(spacing_mm=(2.0, 2.0, 2.0))).size == 0


def test_half_a_voxel_of_mask_counts():
    image, mask = _case(np.zeros((2, 1, 1)), np.array([True, False]).reshape(2, 1, 1))
    region = prepare(image, mask, Processing(spacing_mm=(2.0, 0.0, 0.0)))
    assert region.mask.data.tolist() == [[[True]]]


def test_the_mask_is_interpolated_linearly_even_for_a_cubic_image():
    rng = np.random.default_rng(3)
    image, mask = _case(rng.normal(size=(8, 8, 8)), rng.random((8, 8, 8)) < 0.5)
    linear, cubic = (
        prepare(image, mask, Processing(spacing_mm=(1.7, 1.7, 1.7), image_interpolation=order))
        for order in ("linear", "cubic")
    )
    assert np.array_equal(linear.shape.data, cubic.shape.data)
    assert not np.allclose(linear.image.data, cubic.image.data)


@pytest.mark.parametrize("spacing", [(0.0, 0.0, 0.0), (0.5, 0.5, 0.5)])
def test_intensities_are_rounded_where_asked_for(spacing):
    image, mask = _case(np.random.default_rng(4).normal(0, 10, (4, 4, 4)))
    region = prepare(image, mask, Processing(spacing_mm=spacing, round_intensities=True))
    assert np.array_equal(region.image.data, np.rint(region.image.data))
    assert region.image.data.dtype == np.float32
    assert region.image.data.flags.f_contiguous


def test_grids_that_differ_are_refused():
    image, _ = _case(np.zeros((2, 2, 2)))
    _, mask = _case(np.zeros((2, 2, 3)))
    with pytest.raises(InputError) as caught:
        prepare(image, mask, Processing(spacing_mm=(2.0, 2.0, 2.0)))
    assert caught.value.code is ErrorCode.GRID_MISMATCH


def test_bounds_are_checked_in_recipes():
    for wrong in ({"spacing_mm": [-1, 1, 1]}, {"outlier_sigma": 0.0}, {"spacing": [1, 1, 1]}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(wrong, Processing)
