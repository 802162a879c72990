"""The definitions on numbers small enough to check by hand."""

from __future__ import annotations

import numpy as np

from breastdce.testing.definitions import (
    background_threshold,
    functional_tumor_volume,
    percent_enhancement,
    signal_enhancement_ratio,
)


def f32(*values):
    return np.array(values, np.float32)


def test_pe_is_percent_of_baseline_and_undefined_without_one():
    pe = percent_enhancement(f32(50, 100, 0), f32(100, 70, 30))
    np.testing.assert_array_equal(pe, f32(100, -30, np.nan))


def test_ser_is_undefined_when_the_late_phase_does_not_enhance():
    ser = signal_enhancement_ratio(f32(100, 100, 100), f32(190, 150, 150), f32(200, 100, 90))
    np.testing.assert_array_equal(ser, f32(0.9, np.nan, np.nan))


def test_background_leaves_out_the_last_planes_and_rounds_half_up():
    pre = np.full((4, 4, 4), 45, np.float32)  # 0.6 x 45 + 0.5 = 27.5
    pre[-1], pre[:, -1], pre[:, :, -1] = 1e6, 1e6, 1e6
    assert background_threshold(pre) == 27


def block(size):
    """A cube of PE 100 in the corner of a volume of PE 0."""
    pre = np.full((6, 6, 6), 100, np.float32)
    post = pre.copy()
    post[:size, :size, :size] = 200
    return pre, post


def ftv(pre, post1, post2, **changes):
    thresholds = {"background": 60, "pe_percent": 70.0, "min_neighbors": 4} | changes
    return functional_tumor_volume(pre, post1, post2, **thresholds)


def test_neighbors_beyond_the_border_repeat_the_border():
    pre, post = block(1)
    # A corner voxel is repeated at 7 of its 26 neighbors.
    assert ftv(pre, post, post, min_neighbors=7).sum() == 1
    assert ftv(pre, post, post, min_neighbors=8).sum() == 0


def test_thresholds_are_inclusive():
    pre, post = block(2)
    assert ftv(pre, post, post, pe_percent=100.0).sum() == 8
    assert ftv(pre, post, post, pe_percent=100.1).sum() == 0
    assert ftv(pre, post, post, background=100).sum() == 8
    assert ftv(pre, post, post, background=101).sum() == 0


def test_a_late_phase_that_is_not_above_baseline_is_out():
    pre, post = block(2)
    assert ftv(pre, post, pre).sum() == 0
