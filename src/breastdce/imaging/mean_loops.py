"""The loops that `moving_mean` is made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel


@kernel
def mean_of_lines(
    image: NDArray[np.float32], source: NDArray[np.int64], size: int, out: NDArray[np.float32]
) -> None:
    """Means over `size` voxels of the middle axis of [outer, line, inner].

    `source` holds the line that each position of the extended axis stands for, size - 1 more than
    there are lines: the ends' rule. Sums run on in float64, so that nothing of note is lost.
    """
    outer, lines, inner = image.shape
    total, share = np.empty(inner, np.float64), 1.0 / size
    for n in range(outer):
        total[:] = 0.0
        for position in range(size):
            line = source[position]
            for i in range(inner):
                total[i] += image[n, line, i]
        for i in range(inner):
            out[n, 0, i] = total[i] * share
        for line in range(1, lines):
            entering, leaving = source[line + size - 1], source[line - 1]
            for i in range(inner):
                total[i] += np.float64(image[n, entering, i]) - np.float64(image[n, leaving, i])
                out[n, line, i] = total[i] * share


@kernel
def mean_along(
    image: NDArray[np.float32], source: NDArray[np.int64], size: int, out: NDArray[np.float32]
) -> None:
    """The same over the last axis of [line, along]."""
    lines, length = image.shape
    around, share = np.empty(source.size, np.float64), 1.0 / size
    for n in range(lines):
        for position in range(source.size):
            around[position] = image[n, source[position]]
        total = 0.0
        for position in range(size):
            total += around[position]
        out[n, 0] = total * share
        for i in range(1, length):
            total += around[i + size - 1] - around[i - 1]
            out[n, i] = total * share
