"""Overlap and surface distances: closed forms, and what is empty. MONAI is in segment's tests."""

from __future__ import annotations

import math

import numpy as np
import pytest

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.imaging.mask_scores import (
    dice,
    distance_to_surface_mm,
    quantile,
    surface_distances,
    surface_voxels,
)

SHAPE = (12, 10, 8)
SPACING = (1.0, 2.0, 3.0)


def mask_of(data: np.ndarray) -> Mask:
    shape = (data.shape[0], data.shape[1], data.shape[2])
    return Mask(np.asfortranarray(data), Grid(shape, SPACING, np.eye(3), (0.0, 0.0, 0.0)))


def box(*windows: tuple[int, int]) -> Mask:
    data = np.zeros(SHAPE, np.bool_)
    data[tuple(slice(*window) for window in windows)] = True
    return mask_of(data)


EMPTY = box((0, 0), (0, 0), (0, 0))
CUBE = box((2, 6), (2, 6), (2, 6))


def test_dice_of_a_shifted_cube():
    assert dice(CUBE, box((3, 7), (2, 6), (2, 6))) == 0.75
    assert dice(CUBE, EMPTY) == 0.0
    assert math.isnan(dice(EMPTY, EMPTY))


def test_the_surface_is_what_an_erosion_takes_away():
    voxels = surface_voxels(CUBE)
    assert len(voxels) == 4**3 - 2**3
    assert not ((voxels >= 3) & (voxels <= 4)).all(axis=1).any()
    assert surface_voxels(box((0, 12), (0, 10), (0, 8))).shape[0] == 12 * 10 * 8 - 10 * 8 * 6
    assert surface_voxels(EMPTY).shape == (0, 3)


def test_distances_are_in_mm_along_each_axis():
    one = box((2, 3), (2, 3), (2, 3))
    for at, expected in (((5, 2, 2), 3.0), ((2, 5, 2), 6.0), ((2, 2, 5), 9.0)):
        i, j, k = at
        found = surface_distances(one, box((i, i + 1), (j, j + 1), (k, k + 1)))
        assert found.hd95_mm == found.assd_mm == expected
        assert (found.share_within(expected - 1), found.share_within(expected)) == (0.0, 1.0)


def test_the_95th_percentile_is_interpolated():
    """A row of 21 voxels against its first: distances 0, 1, ..., 20 there and 0 back."""
    row, first = np.zeros((21, 1, 1), np.bool_), np.zeros((21, 1, 1), np.bool_)
    row[:] = first[0] = True
    found = surface_distances(mask_of(row), mask_of(first))
    assert found.hd95_mm == pytest.approx(19.0)
    assert found.assd_mm == pytest.approx(210 / 22)


def test_what_is_empty_has_no_distance():
    assert surface_distances(CUBE, EMPTY).hd95_mm == math.inf
    assert surface_distances(EMPTY, CUBE).assd_mm == math.inf
    assert surface_distances(EMPTY, CUBE).share_within(1e9) == 0.0
    nothing = surface_distances(EMPTY, EMPTY)
    assert all(math.isnan(x) for x in (nothing.hd95_mm, nothing.assd_mm, nothing.share_within(1)))
    assert distance_to_surface_mm(np.array([[1, 1, 1]]), EMPTY).tolist() == [math.inf]


def test_masks_of_other_sizes_are_refused():
    for measure in (dice, surface_distances):
        with pytest.raises(ValueError, match="grids"):
            measure(CUBE, mask_of(CUBE.data[1:]))


def test_quantiles_are_linear_and_infinite_only_where_infinity_has_a_share():
    scores = np.array([4.0, 1.0, 9.0, 2.0])
    for part in (0.0, 0.25, 0.4, 0.5, 1.0):
        assert quantile(scores, part) == pytest.approx(np.quantile(scores, part), abs=1e-12)
    far = np.array([math.inf, 1.0, 2.0])
    assert [quantile(far, part) for part in (0.25, 0.5, 0.75)] == [1.5, 2.0, math.inf]
    assert math.isnan(quantile(np.array([]), 0.5))
