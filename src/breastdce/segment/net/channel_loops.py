"""Compiled loops over voxels whose channels are adjacent in memory.

Arrays are float32, indexed [i, j, k, channel].
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
