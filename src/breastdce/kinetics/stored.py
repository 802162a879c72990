"""Maps as they are stored: whole numbers of 16 bits and what one of them means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import Grid

_LARGEST: Final = 32767


@dataclass(frozen=True, slots=True, eq=False)
class StoredMap:
    """One map, [i, j, k], Fortran order; 0 where it has no value."""

    name: str
    slope: float
    """What a stored value is multiplied by."""
    stored: NDArray[np.int16]


@dataclass(frozen=True, slots=True, eq=False)
class MapSet:
    """Maps on one grid."""

    grid: Grid
    maps: tuple[StoredMap, ...]


def empty_map(name: str, slope: float, grid: Grid) -> StoredMap:
    """A map without a value anywhere."""
    return StoredMap(name, slope, np.zeros(grid.shape, np.int16, order="F"))


def as_stored(values: NDArray[np.floating], slope: float) -> NDArray[np.int16]:
    """Nearest whole multiples of the slope; the ends of the type beyond it, 0 for NaN."""
    with np.errstate(invalid="ignore"):
        steps = np.rint(np.asarray(values, np.float64) / slope)
    stored: NDArray[np.int16] = np.nan_to_num(np.clip(steps, -_LARGEST, _LARGEST)).astype(np.int16)
    return stored
