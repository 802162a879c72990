"""Numbers that may have no value, and why: the arithmetic of checks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Undefined

Number = float | Undefined

_LEAST = 50  # voxels that a median or a mean is worth something of


def median(values: NDArray[np.float32]) -> Number:
    """Median of at least 50 values."""
    if values.size < _LEAST:
        return Undefined.TOO_FEW_VOXELS if values.size else Undefined.EMPTY_REGION
    return float(np.median(values))


def mean(values: NDArray[np.float32]) -> Number:
    """Mean of at least 50 values."""
    if values.size < _LEAST:
        return Undefined.TOO_FEW_VOXELS if values.size else Undefined.EMPTY_REGION
    return float(values.mean(dtype=np.float64))


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
