"""How alike the slices of a stack are, near ones and the next ones after them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.qc.detectors._signal import Array

REACH = 40
"""Slices that a slice is compared with, at most; a quarter of the stack if that is less, since the
two sides of a breast are alike."""
_BLOCK_MM = 8.0
"""Of the squares that slices are averaged in: noise and lobules, which are new in every slice,
average out; the outline of the body and large organs, which move on evenly, stay."""


def distances(
    image: Array, spacing_mm: tuple[float, float, float], reach: int = REACH
) -> NDArray[np.float64]:
    """Mean absolute difference of slices, shape (lags, slices), lags as `REACH` says, at least 2.

    Row n - 1, column k: slices k and k + n; NaN beyond the end of the stack. Slices are averaged in
    squares of 8 mm first.
    """
    small = _blocks(image, spacing_mm)
    count = image.shape[2]
    reach = max(2, min(reach, count // 4))
    table = np.full((reach, count), np.nan)
    for lag in range(1, min(reach, count - 1) + 1):
        change = np.abs(small[:, :, lag:] - small[:, :, :-lag])
        table[lag - 1, : count - lag] = change.mean(axis=(0, 1), dtype=np.float64)
    return table


def _blocks(image: Array, spacing_mm: tuple[float, float, float]) -> Array:
    """Means over blocks in the slice; what is left over at the ends is dropped."""
    sizes = zip(image.shape, spacing_mm, strict=True)
    si, sj, _ = (min(size, max(1, round(_BLOCK_MM / step))) for size, step in sizes)
    ni, nj = image.shape[0] // si, image.shape[1] // sj
    cut = image[: ni * si, : nj * sj]
    blocks = cut.reshape(ni, si, nj, sj, image.shape[2])
    return np.asarray(blocks.mean(axis=(1, 3)), np.float32)
