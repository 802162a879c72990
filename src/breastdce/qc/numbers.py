"""Numbers that may have no value, and why: the arithmetic of checks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Undefined

Number = float | Undefined

_LEAST = 50  # voxels that a median or a mean is worth something of


def median(values: NDArray[np.float32], where: NDArray[np.bool_]) -> Number:
    """Median over a region of at least 50 voxels."""
    count = int(np.count_nonzero(where))
    if count < _LEAST:
        return Undefined.TOO_FEW_VOXELS if count else Undefined.EMPTY_REGION
    return float(np.median(values[where]))


def mean(values: NDArray[np.float32], where: NDArray[np.bool_]) -> Number:
    """Mean over a region of at least 50 voxels."""
    count = int(np.count_nonzero(where))
    if count < _LEAST:
        return Undefined.TOO_FEW_VOXELS if count else Undefined.EMPTY_REGION
    return float(values[where].mean(dtype=np.float64))


def difference(one: Number, other: Number) -> Number:
    """One less the other, or the first reason of the two."""
    if isinstance(one, Undefined):
        return one
    return other if isinstance(other, Undefined) else one - other


def ratio(one: Number, other: Number) -> Number:
    """One over the other, or the first reason of the two."""
    if isinstance(one, Undefined):
        return one
    if isinstance(other, Undefined):
        return other
    return one / other if other > 0 else Undefined.ZERO_DENOMINATOR
