"""Outlines are the border of the mask, no more and no less."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.report.outline import border_loops, path_data

CASES = {
    "pixel": np.ones((1, 1), dtype=bool),
    "diagonal": np.eye(3, dtype=bool),
    "ring": np.pad(np.zeros((1, 2), dtype=bool), 1, constant_values=True),
    "checkered": np.indices((5, 6)).sum(axis=0) % 2 == 0,
    "noise": np.random.default_rng(3).random((23, 31)) < 0.45,
    "empty": np.zeros((4, 4), dtype=bool),
}


def _filled(loops: list[list[tuple[int, int]]], shape: tuple[int, int]) -> np.ndarray:
    """Even-odd filling: a pixel is inside when an odd number of vertical edges lies to its left."""
    crossings = np.zeros(shape, dtype=int)
    for loop in loops:
        for (r0, c0), (r1, c1) in zip(loop, [*loop[1:], loop[0]], strict=True):
            if c0 == c1:
                crossings[min(r0, r1) : max(r0, r1), c0:] += 1
    return np.asarray(crossings % 2 == 1)


def _length(loops: list[list[tuple[int, int]]]) -> int:
    return sum(
        abs(r1 - r0) + abs(c1 - c0)
        for loop in loops
        for (r0, c0), (r1, c1) in zip(loop, [*loop[1:], loop[0]], strict=True)
    )


@pytest.mark.parametrize("mask", CASES.values(), ids=CASES.keys())
def test_filling_the_outline_gives_the_mask(mask):
    np.testing.assert_array_equal(_filled(border_loops(mask), mask.shape), mask)


@pytest.mark.parametrize("mask", CASES.values(), ids=CASES.keys())
def test_the_outline_is_as_long_as_the_border(mask):
    padded = np.pad(mask, 1)
    border = sum(np.count_nonzero(np.diff(padded, axis=axis)) for axis in (0, 1))
    assert _length(border_loops(mask)) == border


def test_a_rectangle_is_four_corners():
    mask = np.zeros((6, 8), dtype=bool)
    mask[1:4, 2:7] = True
    assert path_data(border_loops(mask)) == "M2 1h5v3h-5z"


def test_pixels_that_touch_at_a_corner_have_outlines_of_their_own():
    assert len(border_loops(CASES["diagonal"])) == 3
