"""Faults of the stack in closed form: ramps, where the difference of slices is their distance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breastdce.qc.detectors._stack import REACH, distances
from breastdce.qc.detectors.slice_copy import repeated
from breastdce.qc.detectors.slice_gap import jumps
from breastdce.qc.detectors.slice_order import disorder


def ramp(positions: np.ndarray) -> np.ndarray:
    """Slices whose every voxel is their position."""
    return np.broadcast_to(np.asarray(positions, np.float32), (8, 8, len(positions))).copy()


def test_distances_of_a_ramp_are_those_of_its_slices():
    table = distances(ramp(np.arange(20)))
    assert table.shape == (5, 20)  # a quarter of the stack
    for lag in range(1, 6):
        assert table[lag - 1, : 20 - lag] == pytest.approx(lag)
        assert np.isnan(table[lag - 1, 20 - lag :]).all()


def test_slices_farther_than_the_reach_are_not_compared():
    assert distances(ramp(np.arange(80))).shape == (REACH, 80)
    assert distances(ramp(np.arange(5))).shape == (2, 5)


def test_a_ramp_is_in_order_and_has_no_gap():
    table = distances(ramp(np.arange(20)))
    assert disorder(table).max() == 0
    assert jumps(table[0, :-1]).max() == pytest.approx(0)


@given(lost=st.integers(1, 9), at=st.integers(6, 14))
@settings(deadline=None, max_examples=20)
def test_a_step_over_lost_slices_is_as_many_times_larger(lost, at):
    positions = np.r_[0:at, at + lost : 20 + lost]
    score = jumps(distances(ramp(positions))[0, :-1])
    assert score.argmax() == at - 1
    assert score.max() == pytest.approx(lost)
    assert disorder(distances(ramp(positions))).max() == 0


@given(run=st.integers(2, 12), first=st.integers(2, 40))
@settings(deadline=None, max_examples=20)
def test_a_run_turned_around_is_out_of_order_at_its_ends(run, first):
    positions = np.arange(64)
    positions[first : first + run] = positions[first : first + run][::-1]
    score = disorder(distances(ramp(positions)))
    assert score.max() == pytest.approx(run - 1)  # a step of `run`, beside one of 1
    assert set(np.flatnonzero(score == score.max())) <= {first - 1, first + run - 1}


def test_the_two_sides_of_a_breast_may_be_alike():
    mirrored = np.r_[np.arange(10), np.arange(10)[::-1]]
    assert disorder(distances(ramp(mirrored)))[:7].max() == 0


def test_copies_are_counted_but_not_those_that_pad_the_ends():
    image = np.random.default_rng(0).normal(size=(24, 24, 16)).astype(np.float32)
    assert repeated(image) == []
    padded = image.copy()
    padded[:, :, :2], padded[:, :, -1] = image[:, :, 2:3], image[:, :, -2]
    assert repeated(padded) == []
    padded[:, :, 7] = image[:, :, 6]
    padded[:, :, 11] = 2 * image[:, :, 4]
    assert repeated(padded) == [7, 11]
