"""PE, SER, FTV and z-score written down from their definitions, apart from the measuring code.

Source: the producer's definition as measured on real exams (Hylton et al., Radiology
2012;263:663 for FTV and SER): float32 arithmetic, inclusive thresholds, at least n of the 26
neighbors, the outermost voxels repeated beyond the border.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Array = NDArray[np.float32]
TISSUE_FRACTION = 0.6
"""Background threshold over the 95th percentile of the pre-contrast signal."""


def percent_enhancement(pre: Array, post: Array) -> Array:
    """Return 100 (post - pre) / pre, percent; NaN where `pre` is not positive."""
    with np.errstate(divide="ignore", invalid="ignore"):
        pe = np.float32(100) * (post - pre) / pre
    return np.where(pre > 0, pe, np.nan).astype(np.float32)


def signal_enhancement_ratio(pre: Array, post1: Array, post2: Array) -> Array:
    """Return PE1 / PE2; NaN where the late phase does not enhance."""
    early, late = percent_enhancement(pre, post1), percent_enhancement(pre, post2)
    with np.errstate(divide="ignore", invalid="ignore"):
        ser = early / late
    return np.where(post2 > pre, ser, np.nan).astype(np.float32)


def background_threshold(pre: Array) -> int:
    """floor(0.6 P95 + 0.5) of the volume without its last column, row and slice."""
    percentile = float(np.percentile(pre[:-1, :-1, :-1], 95))
    return int(np.floor(TISSUE_FRACTION * percentile + 0.5))


def functional_tumor_volume(
    pre: Array,
    post1: Array,
    post2: Array,
    *,
    background: int,
    pe_percent: float,
    min_neighbors: int,
) -> NDArray[np.bool_]:
    """Voxels of FTV over the whole volume, bool, shape of the inputs [i, j, k]."""
    pe = np.nan_to_num(percent_enhancement(pre, post1), nan=-1.0)
    candidate = (pre >= background) & (pe >= np.float32(pe_percent)) & (post2 > pre)
    ring = np.ones((3, 3, 3), np.int16)
    ring[1, 1, 1] = 0
    count = ndimage.correlate(candidate.astype(np.int16), ring, mode="nearest")
    return np.asarray(candidate & (count >= min_neighbors))


def pooled_zscore(phases: Array) -> Array:
    """Return phases minus their common mean over their common population SD, float32.

    `phases`: [phase, i, j, k]; all voxels of all phases count.
    """
    mean = phases.mean(dtype=np.float64)
    sd = phases.std(dtype=np.float64)
    return np.asarray((phases - mean) / sd, np.float32)
