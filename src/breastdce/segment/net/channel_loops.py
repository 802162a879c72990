"""Compiled loops over voxels whose channels are adjacent in memory.

Arrays are float32, indexed [i, j, k, channel].

The convolutions of 3 x 3 x 3 with many outputs, `direct` and `winograd`, have in common:

x, other
    Inputs, (i, j, k, channels); of `other`, whose channels follow, there may be none.
scale, shift, slope
    What the inputs go through on the way in, as in a network that normalizes first: value * scale
    + shift of each channel, then times `slope` where negative. Voxels outside are 0 after it.
bias, residual
    Added on the way out; `residual` as `y`, or of size 0.
y
    Outputs, (i, j, k, channels); may be `residual`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel

Array = NDArray[np.float32]


@kernel
def slab_moments(x: Array, first: int, last: int, sums: NDArray[np.float64]) -> None:
    """Sum and sum of squares of each channel over planes of `x`, added to `sums`."""
    channels = x.shape[3]
    total, squares = np.zeros(channels, np.float32), np.zeros(channels, np.float32)
    for i in range(first, last):
        for j in range(x.shape[1]):
            total[:] = 0
            squares[:] = 0
            for k in range(x.shape[2]):
                voxel = x[i, j, k]
                for c in range(channels):
                    total[c] += voxel[c]
                    squares[c] += voxel[c] * voxel[c]
            for c in range(channels):
                sums[0, c] += total[c]
                sums[1, c] += squares[c]


@kernel
def slab_activate(x: Array, first: int, last: int, scale: Array, shift: Array, slope: np.float32,
                   y: Array) -> None:  # fmt: skip
    """Apply an affine map of each channel and a leaky rectifier to planes of `x`, into `y`."""
    for i in range(first, last):
        for j in range(x.shape[1]):
            for k in range(x.shape[2]):
                voxel, out = x[i, j, k], y[i, j, k]
                for c in range(x.shape[3]):
                    value = voxel[c] * scale[c] + shift[c]
                    out[c] = value if value > 0 else slope * value


@kernel
def _between(n: int, length: int) -> tuple[int, int, np.float32]:
    """Two neighbors of element `n` of 2 `length`, ends aligned, and the weight of the second."""
    at = n * (length - 1) / (2 * length - 1)
    low = int(at)
    return low, min(low + 1, length - 1), np.float32(at - low)


@kernel
def double_planes(x: Array, first: int, last: int, y: Array) -> None:
    """Compute planes of `y`, which is `x` enlarged twofold, trilinear with aligned corners."""
    long, channels = x.shape[2:]
    one = np.float32(1)
    line = np.empty((long, channels), np.float32)
    for i in range(first, last):
        i0, i1, fi = _between(i, x.shape[0])
        for j in range(y.shape[1]):
            j0, j1, fj = _between(j, x.shape[1])
            a, b, c, d = (one - fi) * (one - fj), (one - fi) * fj, fi * (one - fj), fi * fj
            for k in range(long):
                out = line[k]
                p, q, r, s = x[i0, j0, k], x[i0, j1, k], x[i1, j0, k], x[i1, j1, k]
                for n in range(channels):
                    out[n] = a * p[n] + b * q[n] + c * r[n] + d * s[n]
            for k in range(y.shape[2]):
                k0, k1, fk = _between(k, long)
                p, q, out = line[k0], line[k1], y[i, j, k]
                for n in range(channels):
                    out[n] = (one - fk) * p[n] + fk * q[n]


@kernel
def _rectify_row(x: Array, scale: Array, shift: Array, slope: np.float32, row: Array) -> None:
    for k in range(x.shape[0]):
        voxel, out = x[k], row[k]
        for c in range(x.shape[1]):
            value = voxel[c] * scale[c] + shift[c]
            out[c] = value if value > 0 else slope * value


@kernel
def convolve_to_one(x: Array, scale: Array, shift: Array, slope: np.float32, filters: Array,
                    bias: np.float32, first: int, last: int, y: Array) -> None:  # fmt: skip
    """Compute planes of a convolution of 3 x 3 x 3 that gives one channel, [i, j, k].

    Each voxel is multiplied once by all of `filters`, (27, channels); the 27 products are added
    to its neighbors. The inputs go through the affine map and the rectifier on the way in.
    """
    high, wide, long, channels = x.shape
    row, z = np.empty((long, channels), np.float32), np.empty((27, long), np.float32)
    y[first:last] = bias
    for i in range(max(0, first - 1), min(high, last + 1)):
        for j in range(wide):
            _rectify_row(x[i, j], scale, shift, slope, row)
            np.dot(filters, row.T, z)
            for tap in range(9):
                p, q = i + 1 - tap // 3, j + 1 - tap % 3
                if p < first or p >= last or q < 0 or q >= wide:
                    continue
                out, n = y[p, q], 3 * tap
                for k in range(long):
                    out[k] += z[n + 1, k]
                for k in range(long - 1):
                    out[k + 1] += z[n, k]
                    out[k] += z[n + 2, k + 1]
