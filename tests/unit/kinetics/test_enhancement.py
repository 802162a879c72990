from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.kinetics.enhancement import (
    percent_enhancement,
    percent_values,
    ratio_values,
    signal_enhancement_ratio,
)


def volume(value: float, spacing: float = 1.0) -> Volume:
    grid = Grid((2, 2, 2), (spacing, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    return Volume(np.full((2, 2, 2), value, np.float32, order="F"), grid)


def test_percent_enhancement_is_the_change_over_the_signal_before():
    assert percent_enhancement(volume(40), volume(70)).data[0, 0, 0] == 75.0


def test_ratio_is_early_over_late_percent():
    assert signal_enhancement_ratio(volume(40), volume(70), volume(60)).data[0, 0, 0] == 1.5


def test_no_signal_before_contrast_leaves_both_undefined():
    assert np.isnan(percent_values([0, 0, -3], [5, 0, 5])).all()
    assert np.isnan(ratio_values([0], [5], [7])).all()


def test_equal_late_signal_leaves_the_ratio_undefined_not_infinite():
    assert np.isnan(ratio_values([10, 10], [20, 10], [10, 10])).all()


def test_late_signal_below_baseline_gives_a_negative_ratio():
    assert ratio_values([10], [20], [5])[0] == -2.0


def test_overflow_becomes_undefined_not_infinite():
    tiny = np.array([1e-40], np.float32)
    assert np.isnan(percent_values(tiny, np.array([3e38], np.float32))).all()


def test_unsigned_input_does_not_wrap():
    assert percent_values(np.array([7], np.uint16), np.array([5], np.uint16))[0] < 0


def test_input_arrays_stay_as_they_were():
    pre, post = np.array([0, 4], np.float32), np.array([5, 8], np.float32)
    ratio_values(pre, post, post)
    assert pre.tolist() == [0, 4]
    assert post.tolist() == [5, 8]


def test_the_percentage_is_taken_in_float32_before_the_ratio():
    """3,000 triples with SER near 9/10: the plain ratio of differences rounds otherwise."""
    pre = np.arange(11, 311, dtype=np.float32).repeat(10)
    late = pre + np.tile(np.arange(10, 110, 10, dtype=np.float32), 300)
    early = pre + np.float32(0.9) * (late - pre)
    hundred = np.float32(100)
    expected = (hundred * (early - pre) / pre) / (hundred * (late - pre) / pre)
    np.testing.assert_array_equal(ratio_values(pre, early, late), expected)
    assert np.any(expected != (early - pre) / (late - pre))


def test_images_on_different_grids_are_refused():
    with pytest.raises(InputError, match="GRID_MISMATCH"):
        percent_enhancement(volume(1), volume(2, spacing=1.1))
    with pytest.raises(InputError, match="GRID_MISMATCH"):
        signal_enhancement_ratio(volume(1), volume(2), volume(2, spacing=1.1))
