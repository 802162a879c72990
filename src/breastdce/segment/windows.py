"""Windows over an exam: where they lie and how much their voxels weigh."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import product

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import Window
from breastdce.segment.preset import PredictionParams

Shape = tuple[int, int, int]
_SIGMAS = 8
"""A window's width is so many standard deviations of its weights; nnU-Net's choice."""


class WindowPlan(msgspec.Struct, frozen=True, kw_only=True):
    """How an exam is walked through."""

    window: Shape
    overlap: float = 0.5
    gaussian: bool = True
    """Whether the middle of a window counts more than its border."""
    mirror: bool = False
    """Whether the mean with the mirrored window, left for right, is taken."""


def window_plan(params: PredictionParams, patch: Shape) -> WindowPlan:
    """Windows of the size of the patches that were learned from, as a preset or model has them."""
    return WindowPlan(
        window=patch,
        overlap=params.overlap,
        gaussian=params.weights == "gaussian",
        mirror=params.mirror,
    )


def starts(length: int, window: int, overlap: float) -> tuple[int, ...]:
    """First voxels of the windows along one axis, evenly spread from end to end.

    As many as nnU-Net takes (`sliding_window_prediction.py`): neighbors share at least `overlap`
    of their width. One where the axis is no longer than the window.
    """
    if length <= window:
        return (0,)
    steps = math.ceil((length - window) / (window * (1 - overlap)))
    return tuple(round(step * (length - window) / steps) for step in range(steps + 1))


def windows(shape: Sequence[int], window: Shape, overlap: float) -> Iterator[Window]:
    """All windows over an exam, in order; each of size `window`, or of the exam where smaller."""
    along = [
        [slice(start, start + min(width, length)) for start in starts(length, width, overlap)]
        for length, width in zip(shape, window, strict=True)
    ]
    return ((i, j, k) for i, j, k in product(*along))


def gaussian_weights(window: Shape) -> NDArray[np.float32]:
    """Weights of a window's voxels, 1 in the middle, sigma an eighth of its width, never 0."""
    i, j, k = (
        np.exp(-0.5 * ((np.arange(width) - (width - 1) / 2) / (width / _SIGMAS)) ** 2)
        for width in window
    )
    weights = (i[:, None, None] * j[:, None] * k).astype(np.float32)
    weights /= weights.max()
    return np.asarray(np.maximum(weights, weights[weights > 0].min()), np.float32)


def rounded_up(shape: Sequence[int], multiple: Sequence[int]) -> Shape:
    """The next larger multiples."""
    i, j, k = (
        math.ceil(length / step) * step for length, step in zip(shape, multiple, strict=True)
    )
    return i, j, k
