"""The delta of an edit: exact counts, the program's own scores, and what is empty."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.imaging.mask_scores import dice, surface_distances
from breastdce.review.delta import EditDelta, delta, surface_map

SHAPE = (12, 10, 8)


def mask_of(data: np.ndarray, spacing_mm: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Mask:
    shape = (data.shape[0], data.shape[1], data.shape[2])
    return Mask(np.asfortranarray(data), Grid(shape, spacing_mm, np.eye(3), (0.0, 0.0, 0.0)))


def box(*windows: tuple[int, int]) -> Mask:
    data = np.zeros(SHAPE, np.bool_)
    data[tuple(slice(*window) for window in windows)] = True
    return mask_of(data)


EMPTY = box((0, 0), (0, 0), (0, 0))
CUBE = box((2, 6), (2, 6), (2, 6))


def test_a_moved_box_is_added_on_one_side_and_removed_on_the_other():
    found = delta(CUBE, box((3, 8), (2, 6), (2, 6)), 12.5)
    assert (found.voxels_added, found.voxels_removed) == (32, 16)
    assert (found.volume_ml, found.parent_ml) == pytest.approx((0.080, 0.064))
    assert found.dice_to_parent == pytest.approx(2 * 48 / 144)
    assert found.slices_touched == (3, 4, 4)
    assert (found.seconds, found.undefined) == (12.5, "")


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_scores_are_those_of_the_evaluation(seed):
    rng = np.random.default_rng(seed)
    one, other = (mask_of(rng.random(SHAPE) < 0.2, (0.7, 1.0, 2.0)) for _ in range(2))
    found, distances = delta(one, other, 0.0), surface_distances(one, other)
    assert found.dice_to_parent == dice(one, other)
    assert (found.hd95_mm, found.assd_mm) == pytest.approx((distances.hd95_mm, distances.assd_mm))
    added = int(other.data.sum()) - int(one.data.sum())
    assert found.voxels_added - found.voxels_removed == added
    differs = one.data != other.data
    touched = tuple(len(set(where.tolist())) for where in np.nonzero(differs))
    assert found.slices_touched == touched


@pytest.mark.parametrize(
    ("parent", "mask", "reason", "overlap"),
    [
        (EMPTY, EMPTY, "both_empty", None),
        (EMPTY, CUBE, "parent_empty", 0.0),
        (CUBE, EMPTY, "mask_empty", 0.0),
    ],
)
def test_what_is_undefined_is_none_with_a_reason_and_survives_json(parent, mask, reason, overlap):
    found = delta(parent, mask, 0.0)
    assert (found.undefined, found.dice_to_parent) == (reason, overlap)
    assert found.hd95_mm is None
    assert found.assd_mm is None
    assert msgspec.json.decode(msgspec.json.encode(found), type=EditDelta) == found


def test_the_surface_map_says_how_far_and_which_way():
    parent, grown = box((2, 6), (2, 6), (2, 6)), box((2, 9), (3, 6), (2, 6))
    found = surface_map(parent, grown)
    moved = {
        tuple(map(int, at)): float(mm) for at, mm in zip(found.voxels, found.moved_mm, strict=True)
    }
    assert moved[8, 4, 4] == 3.0  # outward
    assert moved[4, 3, 4] == -1.0  # inward
    assert moved[2, 4, 4] == 0.0
    assert found.moved_mm.dtype == np.float32


def test_the_surface_map_of_nothing():
    assert len(surface_map(CUBE, EMPTY).voxels) == 0
    assert set(surface_map(EMPTY, CUBE).moved_mm.tolist()) == {math.inf}


def test_masks_of_other_sizes_are_refused():
    with pytest.raises(ValueError, match="grids"):
        delta(CUBE, mask_of(CUBE.data[1:]), 0.0)
