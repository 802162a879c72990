"""Convolution of 3 x 3 x 3, of any stride, by products of matrices: where Winograd's does not pay.

Neighborhoods of some voxels become rows of a matrix, a few taps at a time, and are multiplied by
the filter of these taps. `channel_loops` says what it shares with Winograd's form.
"""

from __future__ import annotations

import numpy as np

from breastdce.imaging.kernel import kernel
from breastdce.segment.net.channel_loops import Array

_LONGEST_ROW = 540
"""Values of a row, so that many rows stay in cache."""


def tap_filters(weight: Array) -> Array:
    """Bring a filter (out, in, 3, 3, 3) into the form of products: (parts, taps * in, out)."""
    outputs, inputs = weight.shape[:2]
    taps = next((n for n in (9, 3) if n * inputs <= _LONGEST_ROW), 1)
    rows = weight.transpose(2, 3, 4, 1, 0).reshape(27 // taps, taps * inputs, outputs)
    return np.ascontiguousarray(rows, np.float32)


@kernel
def _gather(
    x: Array, scale: Array, shift: Array, slope: np.float32, corner: tuple[int, int, int],
    taps: tuple[int, int], offset: int, width: int, row: Array,
) -> None:  # fmt: skip
    """Put the channels of `x` at some taps of one neighborhood into the row, rectified."""
    channels = x.shape[3]
    for tap in range(taps[0], taps[1]):
        i, j, k = corner[0] + tap // 9, corner[1] + tap // 3 % 3, corner[2] + tap % 3
        start = (tap - taps[0]) * width + offset
        out = row[start : start + channels]
        inside = 0 <= i < x.shape[0] and 0 <= j < x.shape[1] and 0 <= k < x.shape[2]
        if not inside:
            out[:] = 0
            continue
        voxel = x[i, j, k]
        for c in range(channels):
            value = voxel[c] * scale[c] + shift[c]
            out[c] = value if value > 0 else slope * value


@kernel
def convolve_voxels(
    x: Array, other: Array, scale: Array, shift: Array, slope: np.float32, filters: Array,
    bias: Array, residual: Array, y: Array, stride: int, first: int, rows: Array, products: Array,
) -> None:  # fmt: skip
    """Compute some voxels of a convolution.

    Parameters
    ----------
    x, other, scale, shift, slope, bias, residual, y
        As in `channel_loops`.
    filters
        `tap_filters`.
    stride
        Steps of the input for one of the output: each length of `y` is that of `x` over it,
        rounded up.
    first
        Voxel of `y`, in order of memory.
    rows, products
        Work space for as many voxels as are computed, (voxels, taps * inputs) and
        (voxels, outputs).
    """
    count, width = len(rows), x.shape[3] + other.shape[3]
    _, wide, long, outputs = y.shape
    own = x.shape[3]
    taps = filters.shape[1] // width
    out = y.reshape(-1, outputs)[first : first + count]
    for part in range(len(filters)):
        some = part * taps, part * taps + taps
        for n in range(count):
            at = first + n
            i, j, k = at // (wide * long), at // long % wide, at % long
            corner = i * stride - 1, j * stride - 1, k * stride - 1
            _gather(x, scale[:own], shift[:own], slope, corner, some, 0, width, rows[n])
            if other.size:
                _gather(other, scale[own:], shift[own:], slope, corner, some, own, width, rows[n])
        np.dot(rows, filters[part], products)
        if part == 0 and residual.size == 0:
            out[:] = bias
        elif part == 0:
            out[:] = residual.reshape(-1, outputs)[first : first + count] + bias
        out += products


@kernel
def mix_channels(x: Array, weight: Array, bias: Array, first: int, last: int, y: Array) -> None:
    """Convolve planes of single voxels: `weight` is (inputs, outputs)."""
    inputs, outputs = weight.shape
    rows = y[first:last].reshape(-1, outputs)
    np.dot(x[first:last].reshape(-1, inputs), weight, rows)
    rows += bias


@kernel
def touch_blas() -> None:
    """Multiply two large matrices, so that all of OpenBLAS's work space of a thread is mapped.

    Until then products of middle size take three times as long: they look ahead into memory that
    is not there.
    """
    square = np.ones((512, 512), np.float32)
    np.dot(square, square)
