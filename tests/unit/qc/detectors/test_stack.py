"""Faults of the stack in closed form: ramps, where the difference of slices is their distance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breastdce.qc.detectors import slice_gap
from breastdce.qc.detectors._stack import REACH, distances
from breastdce.qc.detectors.slice_copy import repeated
from breastdce.qc.detectors.slice_gap import jumps
from breastdce.qc.detectors.slice_order import disorder
from tests.unit.qc.detectors.made_up import exam_of


def ramp(positions: np.ndarray) -> np.ndarray:
    """Slices whose every voxel is their position."""
    return np.broadcast_to(np.asarray(positions, np.float32), (8, 8, len(positions))).copy()


SPACING = (1.0, 1.0, 3.0)


def test_distances_of_a_ramp_are_those_of_its_slices():
    table = distances(ramp(np.arange(20)), SPACING)
    assert table.shape == (5, 20)  # a quarter of the stack
    for lag in range(1, 6):
        assert table[lag - 1, : 20 - lag] == pytest.approx(lag)
        assert np.isnan(table[lag - 1, 20 - lag :]).all()


def test_slices_farther_than_the_reach_are_not_compared():
    assert distances(ramp(np.arange(200)), SPACING).shape == (REACH, 200)
    assert distances(ramp(np.arange(5)), SPACING).shape == (2, 5)


def test_a_ramp_is_in_order_and_has_no_gap():
    table = distances(ramp(np.arange(20)), SPACING)
    assert disorder(table).max() == 0
    assert jumps(table[0, :-1]).max() == pytest.approx(0)


@given(lost=st.integers(1, 9), at=st.integers(6, 14))
@settings(deadline=None, max_examples=20)
def test_a_step_over_lost_slices_is_as_many_times_larger(lost, at):
    positions = np.r_[0:at, at + lost : 20 + lost]
    score = jumps(distances(ramp(positions), SPACING)[0, :-1])
    assert score.argmax() == at - 1
    assert score.max() == pytest.approx(lost)
    assert disorder(distances(ramp(positions), SPACING)).max() == 0


def test_slices_are_averaged_in_squares_of_eight_mm():
    image = np.zeros((12, 8, 5), np.float32)
    image[:8, :, 2] = 1.0  # the first of two squares; with 2 mm, two of three
    assert distances(image, (1.0, 1.0, 3.0))[0, 1] == pytest.approx(1.0)  # what is left is dropped
    assert distances(image, (2.0, 2.0, 3.0))[0, 1] == pytest.approx(2 / 3)


def test_a_step_beside_a_large_one_is_no_gap():
    steps = np.array([1, 1, 1.4, 2.2, 3.0, 2.4, 1.5, 1, 1, 1])  # fast change over several slices
    assert jumps(steps).max() == pytest.approx(3.0 / 2.4 - 1)
    assert jumps(np.array([0.01, 0.01, 0.02, 0.01, 1, 1, 1, 1])).max() == 0  # all but still: no gap
    assert jumps(np.ones(2)).tolist() == [0, 0]


def test_a_gap_is_one_in_all_phases(clean):
    cut = [np.delete(phase, [14, 15, 16], axis=2) for phase in clean]
    score = slice_gap.find(exam_of(cut)).score
    one = slice_gap.find(exam_of([cut[0], clean[1][:, :, :-3], clean[2][:, :, :-3]])).score
    assert score >= slice_gap.DETECTOR.threshold
    assert one < 0.7 * score


@given(run=st.integers(2, 12), first=st.integers(2, 40))
@settings(deadline=None, max_examples=20)
def test_a_run_turned_around_is_out_of_order_at_its_ends(run, first):
    positions = np.arange(64)
    positions[first : first + run] = positions[first : first + run][::-1]
    score = disorder(distances(ramp(positions), SPACING))
    assert score.max() == pytest.approx(run - 1)  # a step of `run`, beside one of 1
    assert set(np.flatnonzero(score == score.max())) <= {first - 1, first + run - 1}


def test_the_two_sides_of_a_breast_may_be_alike():
    mirrored = np.r_[np.arange(10), np.arange(10)[::-1]]
    assert disorder(distances(ramp(mirrored), SPACING))[:7].max() == 0


def test_copies_are_counted_but_not_those_that_pad_the_ends():
    image = np.random.default_rng(0).normal(size=(24, 24, 16)).astype(np.float32)
    assert repeated(image) == []
    padded = image.copy()
    padded[:, :, :2], padded[:, :, -1] = image[:, :, 2:3], image[:, :, -2]
    assert repeated(padded) == []
    padded[:, :, 7] = image[:, :, 6]
    padded[:, :, 11] = 2 * image[:, :, 4]
    assert repeated(padded) == [7, 11]
