"""Compiled loops of cubic B-spline interpolation.

The spline that passes through the samples has coefficients that a causal and an anticausal first
order filter give (Unser, Aldroubi, Eden, IEEE Transactions on Signal Processing 41, 1993, 821-848;
as ITK's BSplineDecompositionImageFilter does, up to its tolerance of 1e-10). On aligned grids each
axis is filtered and sampled before the next, so that no volume of coefficients is kept and rounding
does not pile up; `coefficients` makes that volume for `warp_loops`. Many lines are filtered side by
side, whichever way they run in memory.

Arrays are indexed [k, j, i] and run on in memory along i; float32 or float64, and so is all
arithmetic with them.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel

Array = NDArray[Any]
"""float32 or float64."""
Index = NDArray[np.uint32]
"""Unsigned, so that compiled loops need not ask for negative numbers."""

POLE = math.sqrt(3.0) - 2.0
"""Of both filters."""
_LANES = 64  # lines of voxels filtered side by side: their buffer stays in a core's own cache
_REACH = 28  # samples that the start of a filter looks at: 0.268^28 is float64's rounding
_MARGIN = 3  # coefficients beyond an extended line: one before, two behind
_MIRRORED, _EXTENDED = 1, 2  # of `Ends`, for compiled code


class Ends(IntEnum):
    """What a cubic spline takes for the samples beyond the ends of an axis."""

    KEPT = 0
    """Nothing: the axis keeps its samples as they are."""
    MIRRORED = 1
    """The samples mirrored about the outermost voxel centers, as ITK."""
    EXTENDED = 2
    """The outermost sample."""


@kernel
def filter_in_plane(
    data: Array,
    j: Index,
    jw: Array,
    j_ends: int,
    i: Index,
    iw: Array,
    i_ends: int,
    pole: Any,
    out: Array,
) -> None:
    """Values of the cubic spline at the target's rows and columns, in every plane of the source.

    Parameters
    ----------
    data
        Shape (k, j, i).
    j, jw, i, iw
        Shape (4, positions): coefficients and weights; these and `pole` in the type of `data`.
    j_ends, i_ends
        A member of `Ends`.
    out
        Shape (k, target j, target i), written whole.
    """
    high, wide = data.shape[1:]
    rows, columns = out.shape[1:]
    line = np.zeros((max(high, wide) + _MARGIN, _LANES), data.dtype)
    made = np.zeros((max(rows, columns), _LANES), data.dtype)
    plane = np.empty((rows, wide), data.dtype)
    for z in range(data.shape[0]):
        _down_columns(data[z], j, jw, j_ends, pole, line, made, plane)
        _along_rows(plane, i, iw, i_ends, pole, line, made, out[z])


@kernel
def _down_columns(
    data: Array,
    j: Index,
    jw: Array,
    ends: int,
    pole: Any,
    line: Array,
    made: Array,
    out: Array,
) -> None:
    high, wide = data.shape
    first = int(ends == _EXTENDED)
    for x in range(0, wide, _LANES):
        lanes = min(_LANES, wide - x)
        for y in range(high):
            for lane in range(lanes):
                line[first + y, lane] = data[y, x + lane]
        _filter(line, high, pole, ends)
        _sample(line, j, jw, made)
        for y in range(out.shape[0]):
            for lane in range(lanes):
                out[y, x + lane] = made[y, lane]


@kernel
def _along_rows(
    data: Array,
    i: Index,
    iw: Array,
    ends: int,
    pole: Any,
    line: Array,
    made: Array,
    out: Array,
) -> None:
    rows, wide = data.shape
    first = int(ends == _EXTENDED)
    for y in range(0, rows, _LANES):
        lanes = min(_LANES, rows - y)
        for x in range(wide):
            for lane in range(lanes):
                line[first + x, lane] = data[y + lane, x]
        _filter(line, wide, pole, ends)
        _sample(line, i, iw, made)
        for lane in range(lanes):
            for x in range(out.shape[1]):
                out[y + lane, x] = made[x, lane]


@kernel
def filter_through_plane(
    data: Array, k: Index, kw: Array, ends: int, pole: Any, out: Array
) -> None:
    """Values of the cubic spline at the target's planes; arguments as `filter_in_plane`."""
    planes, rows, columns = data.shape
    line = np.zeros((planes + _MARGIN, _LANES), data.dtype)
    made = np.zeros((out.shape[0], _LANES), data.dtype)
    first = int(ends == _EXTENDED)
    for y in range(rows):
        for x in range(0, columns, _LANES):
            lanes = min(_LANES, columns - x)
            for z in range(planes):
                for lane in range(lanes):
                    line[first + z, lane] = data[z, y, x + lane]
            _filter(line, planes, pole, ends)
            _sample(line, k, kw, made)
            for z in range(out.shape[0]):
                for lane in range(lanes):
                    out[z, y, x + lane] = made[z, lane]


@kernel
def coefficients(data: Array, pole: Any, out: Array) -> None:
    """Coefficients of the cubic spline through all samples, ends mirrored, over 6^3.

    `out` has the shape and type of `data`, as has `pole`, and is written whole.
    """
    planes, rows, columns = data.shape
    line = np.zeros((max(planes, rows, columns), _LANES), data.dtype)
    for z in range(planes):
        for y in range(0, rows, _LANES):
            _filter_tile(data[z, y : y + _LANES].T, line, pole, out[z, y : y + _LANES].T)
        for x in range(0, columns, _LANES):
            tile = out[z, :, x : x + _LANES]
            _filter_tile(tile, line, pole, tile)
    for y in range(rows):
        for x in range(0, columns, _LANES):
            tile = out[:, y, x : x + _LANES]
            _filter_tile(tile, line, pole, tile)


@kernel
def _filter_tile(tile: Array, line: Array, pole: Any, out: Array) -> None:
    """Filter lines of samples side by side, indexed [sample, lane], ends mirrored."""
    samples, lanes = tile.shape
    for n in range(samples):
        for lane in range(lanes):
            line[n, lane] = tile[n, lane]
    _filter(line, samples, pole, _MIRRORED)
    for n in range(samples):
        for lane in range(lanes):
            out[n, lane] = line[n, lane]


@kernel
def _sample(line: Array, index: Index, weight: Array, made: Array) -> None:
    """Weighted sums of four coefficients, in lines side by side."""
    for n in range(index.shape[1]):
        a, b, c, d = index[0, n], index[1, n], index[2, n], index[3, n]
        p, q, r, s = weight[0, n], weight[1, n], weight[2, n], weight[3, n]
        for lane in range(line.shape[1]):
            made[n, lane] = (p * line[a, lane] + q * line[b, lane]) + (
                r * line[c, lane] + s * line[d, lane]
            )


@kernel
def _filter(line: Array, samples: int, pole: Any, ends: int) -> None:
    """Turn samples into sixths of coefficients, in place.

    `line` is indexed [sample, lane]: lines side by side. Where ends are extended, samples start
    at 1 and coefficients from 0 to samples + 2 are made.
    """
    count = samples
    if ends == _EXTENDED:
        _extend(line, samples, pole)
        count = samples + _MARGIN
    elif ends == _MIRRORED and samples > 1:
        _mirror(line, samples, pole)
    else:
        if ends == _MIRRORED:
            line[0] /= 6
        return
    # The number of lanes is asked for, since loops of known length are unrolled instead of
    # worked on eight at a time.
    lanes = line.shape[1]
    for n in range(1, count):
        for lane in range(lanes):
            line[n, lane] += pole * line[n - 1, lane]
    _turn(line, count, pole, ends)
    for n in range(count - 2, -1, -1):
        for lane in range(lanes):
            line[n, lane] = pole * (line[n + 1, lane] - line[n, lane])


@kernel
def _extend(line: Array, samples: int, pole: Any) -> None:
    """Put the causal filter's value before the first sample, and the last sample twice more."""
    for lane in range(line.shape[1]):
        line[0, lane] = line[1, lane] / (1 - pole)
        line[samples + 1, lane] = line[samples, lane]
        line[samples + 2, lane] = line[samples, lane]


@kernel
def _mirror(line: Array, samples: int, pole: Any) -> None:
    """Put the causal filter's first value: powers of the pole times the mirrored samples."""
    at, step, power = 0, 1, pole
    total = line[0].copy()
    for _ in range(_REACH):
        if at + step < 0 or at + step >= samples:
            step = -step
        at += step
        for lane in range(total.size):
            total[lane] += power * line[at, lane]
        power *= pole
    line[0] = total


@kernel
def _turn(line: Array, count: int, pole: Any, ends: int) -> None:
    """Put the anticausal filter's value at the last place."""
    last = count - 1
    for lane in range(line.shape[1]):
        value, before = line[last, lane], line[last - 1, lane]
        if ends == _EXTENDED:
            steady = (value - pole * before) / (1 - pole)
            line[last, lane] = -pole * (steady / (1 - pole) + (value - steady) / (1 - pole * pole))
        else:
            line[last, lane] = pole / (pole * pole - 1) * (value + pole * before)
