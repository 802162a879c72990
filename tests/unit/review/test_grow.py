"""Growing from a seed against a plain labeling; proposed bounds on known neighborhoods."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.review.grow import Bounds, GrowParams, ProposeParams, grow, propose_bounds

SPACING = (0.7, 1.0, 2.0)
SEED = (6, 5, 4)


def volume_of(data: np.ndarray) -> Volume:
    shape = (data.shape[0], data.shape[1], data.shape[2])
    return Volume(
        np.asfortranarray(data, np.float32), Grid(shape, SPACING, np.eye(3), (0.0, 0.0, 0.0))
    )


def ball(shape: tuple[int, int, int], seed: tuple[int, int, int], radius_mm: float) -> np.ndarray:
    at = (np.indices(shape) - np.reshape(seed, (3, 1, 1, 1))) * np.reshape(SPACING, (3, 1, 1, 1))
    return np.sqrt((at**2).sum(axis=0)) <= radius_mm


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), radius=st.sampled_from([2.1, 4.0, 30.0]))
@pytest.mark.parametrize(("connectivity", "rank"), [(6, 1), (18, 2), (26, 3)])
def test_a_region_is_the_part_of_a_labeling_at_the_seed(connectivity, rank, seed, radius):
    data = np.random.default_rng(seed).random((13, 11, 9), np.float32)
    data[SEED] = 0.5
    params = GrowParams(radius_mm=radius, connectivity=connectivity)
    found = grow(volume_of(data), SEED, Bounds(0.3, 0.8), params)
    open_to = (data >= np.float32(0.3)) & (data <= np.float32(0.8)) & ball(data.shape, SEED, radius)
    labels, _ = ndimage.label(open_to, ndimage.generate_binary_structure(3, rank))
    np.testing.assert_array_equal(found.data, labels == labels[SEED])


def test_a_vessel_is_followed_no_farther_than_the_radius():
    data = np.zeros((60, 9, 9))
    data[5:55, 4, 4] = 1.0
    found = grow(volume_of(data), (5, 4, 4), Bounds(0.5, 2.0), GrowParams(radius_mm=7.0))
    assert found.data.sum() == 11  # the seed and ten steps of 0.7 mm: a center at 7 mm is within


def test_bounds_are_inclusive_and_no_number_belongs_to_nothing():
    data = np.full((5, 1, 1), 2.0)
    data[3] = np.nan
    found = grow(volume_of(data), (1, 0, 0), Bounds(2.0, 2.0), GrowParams())
    assert found.data.ravel().tolist() == [True, True, True, False, False]


def test_a_seed_out_of_bounds_grows_nothing():
    assert not grow(volume_of(np.ones((4, 4, 4))), (1, 1, 1), Bounds(2, 3), GrowParams()).data.any()


@pytest.mark.parametrize("seed", [(-1, 0, 0), (4, 0, 0), (0, 0, 99)])
def test_a_seed_outside_is_refused(seed):
    signal = volume_of(np.ones((4, 4, 4)))
    with pytest.raises(InputError, match="CALL_INVALID"):
        grow(signal, seed, Bounds(0, 1), GrowParams())
    with pytest.raises(InputError, match="CALL_INVALID"):
        propose_bounds(signal, seed, ProposeParams())


def test_proposed_bounds_are_those_of_the_normal_distribution():
    """Of 100 +- 10: 75 to 125. The median of 3000 draws is off by 0.2, 2.5 robust SD by 0.6."""
    data = np.random.default_rng(3).normal(100.0, 10.0, (40, 30, 20))
    data[20, 15, 10] = 101.0
    found = propose_bounds(volume_of(data), (20, 15, 10), ProposeParams(radius_mm=10.0))
    assert found == pytest.approx((75.0, 125.0), abs=2.0)


def test_a_third_of_fat_does_not_move_the_bounds_far():
    rng = np.random.default_rng(4)
    data = rng.normal(100.0, 10.0, (40, 30, 20))
    data[rng.random(data.shape) < 0.33] = 1000.0
    data[20, 15, 10] = 101.0
    found = propose_bounds(volume_of(data), (20, 15, 10), ProposeParams(radius_mm=10.0))
    assert found.low > 50.0
    assert found.high < 160.0


def test_the_seed_is_always_within_the_proposal():
    data = np.ones((9, 9, 9))
    data[4, 4, 4] = 5.0
    signal = volume_of(data)
    found = propose_bounds(signal, (4, 4, 4), ProposeParams())
    assert found == (1.0, 5.0)
    assert grow(signal, (4, 4, 4), found, GrowParams()).data[4, 4, 4]


def test_nothing_is_proposed_where_there_is_no_signal():
    with pytest.raises(InputError, match="no signal"):
        propose_bounds(volume_of(np.full((3, 3, 3), math.nan)), (1, 1, 1), ProposeParams())
