"""What several detectors compute of a slice stack: fine structure, places, words."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import Grid
from breastdce.imaging.anatomical import Anatomical

Array = NDArray[np.float32]
Voxel = tuple[int, int, int]

_ENDS = (("left", "right"), ("back", "front"), ("feet", "head"))
"""Sides of the body at the lower and the higher end of x, y and z."""


COARSE_MM = 2.5
"""With larger voxels in the slice, anatomy is as fine as what artifacts are told from it by."""
TOO_COARSE = "The voxels are too coarse to tell this from anatomy."


_ENOUGH = 20_000


def is_coarse(grid: Grid) -> bool:
    """Whether voxels in the slice are larger than `COARSE_MM`."""
    return max(grid.spacing_mm[:2]) > COARSE_MM


def fine(image: Array) -> Array:
    """What a voxel differs from the mean of its four neighbors in the slice; float32 [i, j, k].

    Mostly noise and edges. One voxel less at each side of the slice, and of a large slice every
    second, third, ... line along j only: some 20,000 voxels tell slices apart.
    """
    step = max(1, image.shape[0] * image.shape[1] // _ENOUGH)
    middle = slice(1, -1, step)
    near = image[2:, middle] + image[:-2, middle] + image[1:-1, 2::step] + image[1:-1, :-2:step]
    return np.asarray(image[1:-1, middle] - np.float32(0.25) * near)


def mismatch(one: Array, other: Array) -> float:
    """Part of two patterns that is not common: sqrt(1 - r^2) with r their correlation, 0 to 1.

    0 for a copy, also one with another gain; 1 for independent noise; NaN where one is blank.
    """
    a, b = one.ravel(), other.ravel()
    power = float(np.dot(a, a)) * float(np.dot(b, b))
    if power == 0:
        return float("nan")
    r2 = min(1.0, float(np.dot(a, b)) ** 2 / power)
    return float(np.sqrt(1 - r2))


def middle(size: int) -> int:
    """Index of the middle voxel of an axis."""
    return (size - 1) // 2


def slice_center(shape: tuple[int, ...], index: int) -> Voxel:
    """Voxel in the middle of a slice."""
    return middle(shape[0]), middle(shape[1]), index


def end_word(grid: Grid, axis: int, *, last: bool) -> str:
    """Which side of the body the first or last voxel of an array axis lies on."""
    body = Anatomical.of(grid)
    ras = body.order.index(axis)
    return _ENDS[ras][last is not body.flipped[ras]]


def axis_word(grid: Grid, axis: int) -> str:
    """Direction that an array axis runs along, for a reader."""
    return f"{end_word(grid, axis, last=False)} to {end_word(grid, axis, last=True)}"


def number_words(numbers: Iterable[int], most: int = 6) -> str:
    """Numbers for a sentence: `3, 4, 9` or `3, 4, 9, 12, 15, 16 and 4 more`."""
    every = list(numbers)
    text = ", ".join(map(str, every[:most]))
    return f"{text} and {len(every) - most} more" if len(every) > most else text
