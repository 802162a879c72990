"""The loop over lines of voxels that `zipper` is made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel


@kernel
def line_noise(image: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """Median size of the residual of each line, shape (slices, lines).

    `image` [slice, line, along]. The residual of a voxel is its difference to the mean of the lines
    `reach` before and after, less the mean of that of its two neighbors along the line. Lines and
    voxels without all of these neighbors have none: there are 2 `reach` lines less.
    """
    slices, lines, length = image.shape
    noise = np.empty((slices, max(lines - 2 * reach, 0)), np.float32)
    beside = np.empty(length, np.float32)
    sizes = np.empty(length - 2, np.float32)
    half = np.float32(0.5)
    for k in range(slices):
        for line in range(reach, lines - reach):
            for n in range(length):
                sides = image[k, line - reach, n] + image[k, line + reach, n]
                beside[n] = image[k, line, n] - half * sides
            for n in range(1, length - 1):
                sizes[n - 1] = abs(beside[n] - half * (beside[n + 1] + beside[n - 1]))
            noise[k, line - reach] = np.median(sizes)
    return noise
