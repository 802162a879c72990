"""Mean and standard deviation over the voxels of several images, in one pass over memory.

Voxels are taken in their order, some thousands at a time: their distances from the mean of those
before them are summed, and merged with these (Chan, Golub, LeVeque, American Statistician 37, 1983,
242-247). All sums are float64 in one fixed order: neither the order of the array in memory nor a
number of threads changes a bit, and an image that is far from 0 loses no digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from breastdce.core.volume import Mask, Volume
from breastdce.imaging.kernel import kernel, read_only

FloatArray = NDArray[np.float64]

_CHUNK = 4096  # voxels that are summed before they are merged: they stay in the cache
_LANES = 64  # sums side by side, so that no addition waits for the one before


@dataclass(frozen=True, slots=True)
class Selection:
    """Which voxels count: those inside the mask; without one those whose value is in the range."""

    mask: Mask | None = None
    low: float = -np.inf
    high: float = np.inf
    """Ends of the range are included."""

    @property
    def is_everything(self) -> bool:
        """Whether no voxel is left out; NaN counts then, and is the result."""
        return self.mask is None and (self.low, self.high) == (-np.inf, np.inf)


def pooled_moments(
    phases: Sequence[Volume], selection: Selection | None = None
) -> tuple[float, float]:
    """Mean and population standard deviation over the selected voxels of all phases.

    Parameters
    ----------
    phases
        Images on one grid.
    selection
        By default all voxels.

    Returns
    -------
    tuple of float
        Both are 0 when no voxel is selected.
    """
    state = np.zeros(3)  # count, mean, sum of squared deviations
    chosen = selection or Selection()
    for phase in phases:
        voxels = read_only(in_order(phase.data))
        if chosen.is_everything:
            _add_all(voxels, state)
        elif chosen.mask is None:
            _add_range(voxels, chosen.low, chosen.high, state)
        else:
            _add_inside(voxels, read_only(in_order(chosen.mask.data)), state)
    count, mean, square = state.tolist()
    return (mean, float(np.sqrt(square / count))) if count else (0.0, 0.0)


def in_order(data: NDArray[Any]) -> NDArray[Any]:
    """Flat, i fastest, then j and k; a copy only where the memory runs otherwise."""
    return np.ascontiguousarray(data.T).reshape(-1)


@kernel
def normalize(voxels: NDArray[np.float32], mean: float, scale: float, out: NDArray[Any]) -> None:
    """Write (value - mean) scale, in float64, rounded once to the type of `out`."""
    for n in range(voxels.size):
        out[n] = (np.float64(voxels[n]) - mean) * scale


@kernel
def _add_all(voxels: NDArray[np.float32], state: FloatArray) -> None:
    for first in range(0, voxels.size, _CHUNK):
        _merge(voxels[first : first + _CHUNK], state)


@kernel
def _add_range(voxels: NDArray[np.float32], low: float, high: float, state: FloatArray) -> None:
    chosen = np.empty(_CHUNK, voxels.dtype)
    for first in range(0, voxels.size, _CHUNK):
        part = voxels[first : first + _CHUNK]
        count = 0
        for n in range(part.size):
            chosen[count] = part[n]  # kept where it counts, else written over
            count += int(low <= part[n] <= high)
        _merge(chosen[:count], state)


@kernel
def _add_inside(voxels: NDArray[np.float32], inside: NDArray[np.bool_], state: FloatArray) -> None:
    chosen = np.empty(_CHUNK, voxels.dtype)
    for first in range(0, voxels.size, _CHUNK):
        part, mask = voxels[first : first + _CHUNK], inside[first : first + _CHUNK]
        count = 0
        for n in range(part.size):
            chosen[count] = part[n]
            count += int(mask[n])
        _merge(chosen[:count], state)


@kernel
def _merge(values: NDArray[np.float32], state: FloatArray) -> None:
    """Add values, taken from the mean so far: what that costs in digits is in the sum anyway."""
    count = values.size
    if count == 0:
        return
    before = state[0]
    near = state[1] if before > 0 else np.float64(values[0])
    sums, squares = np.zeros(_LANES), np.zeros(_LANES)
    for first in range(0, count, _LANES):
        _add(values[first : first + _LANES], near, sums, squares)
    apart = _total(sums) / count
    square = _total(squares) - count * apart * apart
    step = near + apart - state[1]
    total = before + count
    state[0] = total
    state[1] = near + apart if before == 0 else state[1] + step * count / total
    state[2] += max(square, 0.0) + step * step * before * count / total


@kernel
def _total(lanes: FloatArray) -> float:
    """Sum, one after another; NumPy's would load SciPy's linear algebra with the kernel."""
    total = 0.0
    for lane in range(lanes.size):
        total += lanes[lane]
    return total


@kernel
def _add(values: NDArray[np.float32], near: float, sums: FloatArray, squares: FloatArray) -> None:
    """Add values' distances from `near`, and their squares, each to its own lane."""
    for lane in range(values.size):
        apart = np.float64(values[lane]) - near
        sums[lane] += apart
        squares[lane] += apart * apart
