"""How alike the slices of a stack are, near ones and the next ones after them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.qc.detectors._signal import Array

REACH = 12
"""Slices that a slice is compared with, at most; a quarter of the stack if that is less, since the
two sides of a breast are alike."""
_BLOCKS = 48  # along each side of a slice: fine enough for anatomy, coarse enough for noise


def distances(image: Array) -> NDArray[np.float64]:
    """Mean absolute difference of slices, shape (lags, slices), lags as `REACH` says, at least 2.

    Row n - 1, column k: slices k and k + n; NaN beyond the end of the stack. Slices are averaged in
    blocks first, so that noise has little part in it.
    """
    small = _blocks(image)
    count = image.shape[2]
    reach = max(2, min(REACH, count // 4))
    table = np.full((reach, count), np.nan)
    for lag in range(1, min(reach, count - 1) + 1):
        change = np.abs(small[:, :, lag:] - small[:, :, :-lag])
        table[lag - 1, : count - lag] = change.mean(axis=(0, 1), dtype=np.float64)
    return table


def _blocks(image: Array) -> Array:
    """Means over blocks in the slice; what is left over at the ends is dropped."""
    steps = [max(1, size // _BLOCKS) for size in image.shape[:2]]
    ni, nj = (size // step for size, step in zip(image.shape, steps, strict=False))
    cut = image[: ni * steps[0], : nj * steps[1]]
    blocks = cut.reshape(ni, steps[0], nj, steps[1], image.shape[2])
    return np.asarray(blocks.mean(axis=(1, 3)), np.float32)
