"""Features of the differences between gray levels and the means of their surroundings.

IBSI reference manual, section 3.10; CaPTk 1.8.1 uses the same formulas on differences of its own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.radiomics.first_order import Number, ratio

FloatArray = NDArray[np.float64]
_COARSENESS_LIMIT = 1e6


class ToneDifference(NamedTuple):
    """With n_i voxels of level i, p_i their share, s_i the sum of their differences."""

    coarseness: float
    """1 over the sum of p_i s_i, at most 10^6."""
    contrast: float
    """Sum of p_i p_j (i - j)^2 over G (G - 1) for the G levels that occur, times sum of s_i / n; 0
    with a single level."""
    busyness: Number
    """Sum of p_i s_i over sum of |i p_i - j p_j| over levels that occur; 0 with a single level."""
    complexity: float
    """Sum of |i - j| (p_i s_i + p_j s_j) / (p_i + p_j) / n."""
    strength: float
    """Sum of (p_i + p_j) (i - j)^2 over sum of s_i; 0 where that is 0."""


def tone_difference(counts: NDArray[np.int64], differences: FloatArray) -> ToneDifference:
    """Features of a region with at least one voxel.

    Parameters
    ----------
    counts
        n_i of levels 1, 2, ..., shape (Ng,).
    differences
        s_i, same shape.
    """
    voxels = int(counts.sum())
    present = np.flatnonzero(counts)
    p, s, level = counts[present] / voxels, differences[present], present + 1.0
    apart, both = level[:, None] - level, p[:, None] + p
    sum_s, sum_ps, weighted = float(s.sum()), float(p @ s), p * s
    contrast = 0.0
    busyness: Number = 0.0
    if present.size > 1:
        spread = float((np.outer(p, p) * apart**2).sum())
        contrast = spread / (present.size * (present.size - 1)) * sum_s / voxels
        busyness = ratio(sum_ps, float(np.abs(np.subtract.outer(level * p, level * p)).sum()))
    return ToneDifference(
        coarseness=min(1 / sum_ps, _COARSENESS_LIMIT) if sum_ps else _COARSENESS_LIMIT,
        contrast=contrast,
        busyness=busyness,
        complexity=float((np.abs(apart) * (weighted[:, None] + weighted) / both).sum()) / voxels,
        strength=float((both * apart**2).sum()) / sum_s if sum_s else 0.0,
    )
