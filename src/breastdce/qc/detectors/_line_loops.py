"""The loop over lines of voxels that `zipper` is made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel


@kernel
def count_up_to(values: NDArray[np.int32], most: np.int32) -> np.int32:
    """How many values are at most `most`; a loop of its own, which the compiler makes wide."""
    count = np.int32(0)
    for n in range(values.size):
        count += np.int32(values[n] <= most)
    return count


@kernel
def median_size(sizes: NDArray[np.float32]) -> np.float32:
    """Median of numbers that are not negative, without moving any.

    Such numbers are in the order of their bits, so the lower of the middle ones is found by
    halving the range of the bits: some thirty passes over a short line, of which each takes less
    time than one misjudged branch of a selection.
    """
    bits = sizes.view(np.int32)
    rank = (bits.size + 1) // 2
    low, high = np.int32(0), bits.max()
    while low < high:
        middle = np.int32(low + (high - low) // 2)
        if count_up_to(bits, middle) >= rank:
            high = middle
        else:
            low = np.int32(middle + 1)
    lower = upper = low
    if bits.size % 2 == 0 and count_up_to(bits, low) == rank:
        upper = bits.max()
        for n in range(bits.size):
            if bits[n] > lower:
                upper = min(upper, bits[n])
    ends: NDArray[np.float32] = np.array([lower, upper], np.int32).view(np.float32)
    return np.float32(0.5 * (ends[0] + ends[1]))


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
            noise[k, line - reach] = median_size(sizes)
    return noise
