"""Majority and STAPLE: counting by hand, and ITK's filter step for step."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.review.consensus import decisions, majority
from breastdce.review.staple import StapleParams, staple
from breastdce.testing import itk_oracle

SHAPE = (20, 16, 12)
PARAMS = StapleParams()


def mask_of(data: np.ndarray) -> Mask:
    shape = (data.shape[0], data.shape[1], data.shape[2])
    return Mask(np.asfortranarray(data), Grid(shape, (1.0,) * 3, np.eye(3), (0.0, 0.0, 0.0)))


def drawn(seed: int, readers: int) -> list[Mask]:
    """A ball as several readers would draw it: moved, grown or shrunk, with specks."""
    rng = np.random.default_rng(seed)
    masks = []
    for _ in range(readers):
        center, radius = rng.normal((10, 8, 6), 0.8), rng.uniform(3.0, 5.0)
        at = np.indices(SHAPE) - center.reshape(3, 1, 1, 1)
        masks.append(mask_of(((at**2).sum(axis=0) <= radius**2) ^ (rng.random(SHAPE) < 0.01)))
    return masks


EMPTY, FULL = mask_of(np.zeros(SHAPE, np.bool_)), mask_of(np.ones(SHAPE, np.bool_))


LIKE_ITK = StapleParams(tolerance=1e-7)  # of its sensitivities and specificities


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), readers=st.integers(2, 5))
def test_staple_is_that_of_itk(seed, readers):
    """Stopped by the same rule. Tolerance 1e-6, as asked for; ours is kept in float32."""
    masks = drawn(seed, readers)
    found, expected = staple(masks, LIKE_ITK), itk_oracle.staple([mask.data for mask in masks])
    np.testing.assert_allclose(found.probability.data, expected.probability, rtol=0, atol=1e-6)
    assert found.sensitivity == pytest.approx(expected.sensitivity, abs=1e-6)
    assert found.specificity == pytest.approx(expected.specificity, abs=1e-6)
    assert found.reason == ""


@pytest.mark.parametrize("steps", [1, 2, 7])
def test_every_step_is_that_of_itk(steps):
    masks = drawn(5, 3)
    found = staple(masks, StapleParams(most_steps=steps))
    expected = itk_oracle.staple([mask.data for mask in masks], steps)
    np.testing.assert_allclose(found.probability.data, expected.probability, rtol=0, atol=1e-6)
    assert found.sensitivity == pytest.approx(expected.sensitivity, abs=1e-12)
    assert (found.reason, found.steps) == ("not_converged", steps)


def test_the_estimate_no_longer_moves():
    """This one is slow: where ITK stops it is 6e-4 from where it goes."""
    masks = drawn(2, 3)
    found = staple(masks, PARAMS)
    further = staple(masks, StapleParams(tolerance=1e-15, most_steps=2 * found.steps))
    assert found.reason == ""
    np.testing.assert_allclose(found.probability.data, further.probability.data, atol=1e-6)
    early = staple(masks, LIKE_ITK)
    assert np.abs(early.probability.data - found.probability.data).max() > 1e-4


def test_the_mask_is_where_the_truth_is_likely():
    found = staple(drawn(4, 3), StapleParams(threshold=0.9))
    np.testing.assert_array_equal(found.mask.data, found.probability.data >= 0.9)


def test_a_reader_who_saw_nothing_does_not_break_the_estimate():
    masks = [*drawn(6, 2), EMPTY]
    found, expected = staple(masks, LIKE_ITK), itk_oracle.staple([mask.data for mask in masks])
    np.testing.assert_allclose(found.probability.data, expected.probability, rtol=0, atol=1e-6)
    assert found.sensitivity[2] == 0.0
    assert found.specificity[2] == 1.0


def test_a_careless_reader_is_found_out():
    """Four draw the same ball, one a ball beside it: he is outvoted and his figures say so."""
    ball = drawn(7, 1)[0].data
    masks = [mask_of(np.roll(ball, shift, axis=0)) for shift in (0, 0, 0, 0, 4)]
    found = staple(masks, PARAMS)
    np.testing.assert_array_equal(found.mask.data, ball)
    assert min(found.sensitivity[:4]) > 0.999 > 0.7 > found.sensitivity[4]


def test_the_order_of_readers_does_not_matter():
    masks = drawn(8, 4)
    there, back = staple(masks, PARAMS), staple(masks[::-1], PARAMS)
    np.testing.assert_allclose(there.probability.data, back.probability.data, atol=1e-6)
    assert there.sensitivity == pytest.approx(back.sensitivity[::-1], abs=1e-9)


@pytest.mark.parametrize(
    ("masks", "reason", "share"),
    [
        ([EMPTY, EMPTY], "nothing_marked", 0.0),
        ([FULL, FULL, FULL], "all_marked", 1.0),
        ([FULL], "few_readers", 1.0),
    ],
)
def test_what_cannot_be_estimated_says_why(masks, reason, share):
    found = staple(masks, PARAMS)
    assert found.reason == reason
    assert found.probability.data.mean() == found.mask.data.mean() == share
    assert all(map(math.isnan, (*found.sensitivity, *found.specificity)))


@pytest.mark.parametrize("readers", [1, 2, 3, 4])
def test_a_majority_is_more_than_half(readers):
    masks = drawn(9, readers)
    votes = np.sum([mask.data for mask in masks], axis=0)
    np.testing.assert_array_equal(majority(masks).data, votes > readers / 2)


def test_patterns_count_every_voxel_once():
    masks = drawn(10, 3)
    found = decisions(masks)
    assert found.counts.sum() == np.prod(SHAPE)
    assert not found.said[0].any()
    for reader, mask in enumerate(masks):
        assert found.counts @ found.said[:, reader] == mask.data.sum()


def test_a_pattern_of_nobody_is_there_even_without_a_voxel():
    found = decisions([FULL, mask_of(~ndimage.binary_erosion(FULL.data))])
    assert found.said.tolist() == [[False, False], [True, False], [True, True]]
    assert found.counts[0] == 0


def test_masks_of_other_sizes_are_refused():
    for masks in ([], [EMPTY, mask_of(EMPTY.data[1:])]):
        with pytest.raises(ValueError, match="grids"):
            majority(masks)
