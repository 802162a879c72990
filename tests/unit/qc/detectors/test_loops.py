"""Compiled loops beside the same in NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import fft

from breastdce.qc.detectors._change_loops import strong_changes
from breastdce.qc.detectors._ghost_loops import apart
from breastdce.qc.detectors._line_loops import median_size
from breastdce.qc.detectors._spectrum_loops import whole_sizes

RNG = np.random.default_rng(11)


def image(shape=(3, 5, 4)):
    return RNG.uniform(0, 100, shape).astype(np.float32)


@given(
    arrays.arrays(
        np.float32,
        st.integers(1, 40),
        elements=st.floats(0, 1e6, width=32) | st.sampled_from([0.0, 1.0, 2.0]),
    )
)
def test_median_is_that_of_numpy(sizes):
    before = sizes.copy()
    assert median_size(sizes) == np.median(sizes)
    assert np.array_equal(sizes, before)


@pytest.mark.parametrize(("rows", "columns"), [(6, 8), (7, 9), (8, 7)])
def test_all_of_k_space_follows_from_half_of_it(rows, columns):
    data = image((rows, columns))
    whole = np.abs(fft.fft2(data))
    half = np.abs(fft.rfft2(data)).astype(np.float32)
    found = whole_sizes(half, columns, 2, np.float32(0))
    np.testing.assert_allclose(found, np.pad(whole, 2, mode="wrap"), rtol=1e-4)
    floor = whole_sizes(half, columns, 2, np.float32(0.5))
    assert floor.min() == pytest.approx(0.5 * whole.max(), rel=1e-5)


def test_air_and_body_are_taken_apart():
    power, smooth, bright = image(), image(), image()
    per_air, per_rest, clear = image(), image(), RNG.random((3, 5, 4)) < 0.5
    ghost, source, squares = apart(power, smooth, bright, per_air, per_rest, clear)
    np.testing.assert_allclose(ghost, np.where(clear, power - bright * per_air, 0), rtol=1e-5)
    body = np.where(clear, 0, power - (smooth - bright) * per_rest)
    np.testing.assert_allclose(source, body, rtol=1e-5)
    np.testing.assert_allclose(squares, body**2, rtol=1e-5)


def test_strong_changes_are_counted_by_slice():
    before, after, body = image(), image(), RNG.random((3, 5, 4)) < 0.7
    level, rise = np.float32(20), np.float32(1.5)
    rising, falling = strong_changes(before, after, body, level, rise)
    lit = body & (np.maximum(before, after) > level)
    up = lit & (after > rise * np.maximum(before, level / 2) + level / 2)
    down = lit & (before > rise * np.maximum(after, level / 2) + level / 2)
    assert rising.tolist() == np.count_nonzero(up, axis=(1, 2)).tolist()
    assert falling.tolist() == np.count_nonzero(down, axis=(1, 2)).tolist()
    assert rising.sum() > 0 < falling.sum()
