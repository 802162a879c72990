from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.imaging.resample import (
    Edge,
    Interpolation,
    cubic,
    edge_planes,
    isotropic_grid,
    linear,
    nearest,
    vote,
)
from breastdce.testing import itk_oracle


def _grid(shape, spacing, direction=None, origin=(3.0, -7.0, 11.0)):
    return Grid(shape, spacing, np.eye(3) if direction is None else direction, origin)


def _noise(grid, seed=0):
    voxels = np.random.default_rng(seed).uniform(0, 200, grid.shape)
    return Volume(np.asfortranarray(voxels, dtype=np.float32), grid)


@pytest.mark.parametrize(
    ("shape", "spacing", "expected"),
    [
        ((256, 256, 60), (0.703125, 0.703125, 2.0), (180, 180, 120)),
        ((256, 256, 60), (0.703125, 0.703125, 2.00000006779661), (180, 180, 120)),
        ((448, 448, 56), (0.75892859697342, 0.75892859697342, 1.1), (340, 340, 62)),
        ((5, 5, 1), (2.1, 2.5, 0.2), (11, 13, 1)),  # halves round up; never empty
    ],
)
def test_size_is_extent_over_spacing_rounded(shape, spacing, expected):
    assert isotropic_grid(_grid(shape, spacing), 1.0).shape == expected


def test_origin_and_direction_are_kept():
    source = _grid((4, 4, 4), (2.0, 2.0, 2.0), np.diag([1.0, -1.0, 1.0]))
    target = isotropic_grid(source, 1.0)
    assert target.origin_mm == source.origin_mm
    assert np.array_equal(target.direction, source.direction)
    assert target.spacing_mm == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("spacing", [(0.7, 0.9, 2.3), (1.3, 1.0, 0.41), (3.1, 0.77, 1.9)])
def test_linear_is_that_of_itk(spacing):
    angle = 0.4
    turn = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1.0]]
    )
    image = _noise(_grid((17, 13, 11), spacing, turn))
    target = isotropic_grid(image.grid, 1.0)
    oracle = itk_oracle.resample(image, target, itk_oracle.Interpolator.LINEAR)
    # both sum in float64 and round once: 1e-4 of 200 is some units of the last place of float32
    # plus the rounding of positions through mm, 1e-14 x 100
    np.testing.assert_allclose(linear(image, target, Edge.ITK).data, oracle.data, atol=1e-4)


@pytest.mark.parametrize("step", [2.0, 1.99999986, 2.0000001])
def test_plane_at_the_limit_falls_as_in_itk(step):
    # Origin 0 leaves no rounding of millimeters on ITK's side of the knife edge.
    image = _noise(_grid((6, 5, 60), (1.0, 1.0, step), origin=(0.0, 0.0, 0.0)))
    target = isotropic_grid(image.grid, 1.0)
    oracle = itk_oracle.resample(image, target, itk_oracle.Interpolator.LINEAR)
    ours = linear(image, target, Edge.ITK)
    assert target.shape[2] == 120
    assert bool(ours.data[:, :, 119].any()) is bool(oracle.data[:, :, 119].any())
    assert bool(ours.data[:, :, 119].any()) is (step > 2)
    assert edge_planes(image.grid, target) == (1, int(step <= 2))


def test_extended_edge_repeats_the_last_plane():
    image = _noise(_grid((4, 4, 6), (1.0, 1.0, 2.0)))
    target = isotropic_grid(image.grid, 1.0)
    ours = linear(image, target, Edge.EXTEND)
    assert np.array_equal(ours.data[:, :, 11], image.data[:, :, 5])
    assert np.array_equal(ours.data[:, :, 10], image.data[:, :, 5])


def test_own_grid_is_the_identity():
    image = _noise(_grid((5, 6, 7), (1.0, 1.0, 1.0)))
    same = linear(image, isotropic_grid(image.grid, 1.0), Edge.ITK)
    assert np.array_equal(same.data, image.data)
    assert same.data.flags.f_contiguous


def test_memory_order_does_not_matter():
    image = _noise(_grid((9, 8, 7), (0.8, 1.3, 2.1)))
    target = isotropic_grid(image.grid, 1.0)
    other = Volume(np.ascontiguousarray(image.data), image.grid)
    assert np.array_equal(
        linear(image, target, Edge.ITK).data, linear(other, target, Edge.ITK).data
    )


def test_axes_that_run_otherwise_are_refused():
    image = _noise(_grid((4, 4, 4), (1.0, 1.0, 1.0)))
    turned = replace(image.grid, direction=np.diag([1.0, -1.0, 1.0]))
    with pytest.raises(InputError) as caught:
        linear(image, turned, Edge.ITK)
    assert caught.value.code is ErrorCode.GRID_MISMATCH


def test_nearest_rounds_halves_up_as_itk():
    grid = _grid((4, 1, 1), (2.0, 1.0, 1.0), origin=(0.0, 0.0, 0.0))
    mask = Mask(np.array([[[False]], [[True]], [[False]], [[True]]]), grid)
    found = nearest(mask, isotropic_grid(grid, 1.0), Edge.ITK)
    # positions 0, .5, 1, 1.5, 2, 2.5, 3, 3.5: the last is outside
    assert found.data[:, 0, 0].tolist() == [0, 1, 1, 0, 0, 1, 1, 0]
    extended = nearest(mask, isotropic_grid(grid, 1.0), Edge.EXTEND)
    assert extended.data[:, 0, 0].tolist() == [0, 1, 1, 0, 0, 1, 1, 1]


def test_a_grid_shifted_by_millimeters_is_met():
    image = _noise(_grid((6, 6, 6), (1.0, 1.0, 1.0)))
    shifted = replace(image.grid, shape=(3, 6, 6), origin_mm=(5.0, -7.0, 11.0))
    assert np.array_equal(linear(image, shifted, Edge.ITK).data, image.data[2:5])


def test_cubic_overshoots_beside_a_step_and_linear_does_not():
    step = np.zeros((8, 1, 1), np.float32)
    step[4:] = 6.0
    image = Volume(step, _grid(step.shape, (2.0, 1.0, 1.0)))
    target = isotropic_grid(image.grid, 1.0)
    # a sixteenth of the step and more, whatever lies around
    assert cubic(image, target, Edge.EXTEND).data.min() < -0.3
    assert linear(image, target, Edge.EXTEND).data.min() == 0.0


@pytest.mark.parametrize("kind", [linear, cubic])
def test_extended_edges_hold_their_value(kind):
    image = _noise(_grid((5, 4, 6), (1.0, 1.0, 2.0)))
    found = kind(image, isotropic_grid(image.grid, 1.0), Edge.EXTEND).data
    # float32 of 200; the spline passes through its samples up to rounding
    np.testing.assert_allclose(found[:, :, 11], image.data[:, :, 5], atol=1e-4)


def test_one_interpolation_serves_every_image_of_its_grid():
    images = [_noise(_grid((9, 8, 7), (0.8, 1.3, 2.1)), seed) for seed in (1, 2)]
    target = isotropic_grid(images[0].grid, 1.0)
    shared = Interpolation(images[0].grid, target, "cubic", Edge.ITK)
    found = [shared(image) for image in images]
    for image, values in zip(images, found, strict=True):
        assert np.array_equal(values.data, cubic(image, target, Edge.ITK).data)
        assert values.data.flags.f_contiguous


def _labels(values, spacing=2.0):
    data = np.asfortranarray(np.array(values, np.uint8)[:, None, None])
    grid = _grid(data.shape, (spacing, 1.0, 1.0), origin=(0.0, 0.0, 0.0))
    return data, grid


def test_the_largest_share_wins_and_a_tie_goes_to_the_lower_label():
    data, grid = _labels([0, 3, 3, 1], spacing=4.0)
    target = isotropic_grid(grid, 1.0)
    found = vote(data, grid, target, Edge.EXTEND)[:, 0, 0].tolist()
    # positions 0, 1/4, 1/2 (a tie of 0 and 3), 3/4, 1, ... 2 1/2 (a tie of 3 and 1) ...
    assert found == [0, 0, 0, 3, 3, 3, 3, 3, 3, 3, 1, 1, 1, 1, 1, 1]
    assert vote(data, grid, target, Edge.ITK)[:, 0, 0].tolist() == [*found[:14], 0, 0]


def test_shares_of_one_label_add_up_over_its_corners():
    # In the middle of eight: label 2 has three corners, 5 and 0 two each, 1 has one.
    corners = np.array([2, 2, 2, 5, 5, 0, 0, 1], np.int16).reshape(2, 2, 2)
    source = _grid((2, 2, 2), (1.0, 1.0, 1.0))
    middle = replace(source, shape=(1, 1, 1), origin_mm=(3.5, -6.5, 11.5))
    found = vote(corners, source, middle, Edge.ITK)
    assert found.item() == 2
    assert found.dtype == np.int16


def test_a_tie_that_rounding_breaks_is_still_a_tie():
    # 0.1 + 0.2 of one label against 0.3 of another is a tie that float64 would give away.
    corners = np.array([[[7, 7], [4, 4]]], np.uint8)
    source = _grid((1, 2, 2), (1.0, 1.0, 1.0), origin=(0.0, 0.0, 0.0))
    for share in (0.1, 0.3, 0.7):
        at = replace(source, shape=(1, 1, 1), origin_mm=(0.0, 0.5, share))
        assert vote(corners, source, at, Edge.EXTEND).item() == 4
