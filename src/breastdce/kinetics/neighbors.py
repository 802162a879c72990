"""Loops over the 26 neighbors of chosen voxels; the outermost repeat beyond the border.

Images come as 1-D arrays in the order of memory (i fastest) with their shape, so that one compiled
version serves every size.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel

Values = NDArray[np.float32]
Places = NDArray[np.int64]
Shape = tuple[int, int, int]


@kernel
def neighbors_of(place: int, shape: Shape, around: Places) -> None:
    """Write the indices of the 26 neighbors of a voxel into `around`."""
    ni, nj, nk = shape
    i = place % ni
    j = place // ni % nj
    k = place // (ni * nj)
    at = 0
    for dk in range(-1, 2):
        slab = min(max(k + dk, 0), nk - 1) * nj
        for dj in range(-1, 2):
            row = (slab + min(max(j + dj, 0), nj - 1)) * ni
            for di in range(-1, 2):
                if di != 0 or dj != 0 or dk != 0:
                    around[at] = row + min(max(i + di, 0), ni - 1)
                    at += 1


@kernel
def supported_values(values: Values, shape: Shape, places: Places, n: int) -> Values:
    """The largest threshold that each chosen voxel and n of its 26 neighbors reach.

    Parameters
    ----------
    values
        An image, float32, 1-D; -inf where a neighbor does not count.
    shape
        Its size along i, j, k.
    places
        Indices of the chosen voxels in `values`.
    n
        How many neighbors must reach the threshold, 0 to 26.

    Returns
    -------
    NDArray[np.float32]
        For each place the smaller of its own value and the n-th largest of its neighbors; its
        own for n = 0.
    """
    found = np.empty(places.size, np.float32)
    lower = np.empty(27, np.float32)
    around = np.empty(26, np.int64)
    for index in range(places.size):
        own = values[places[index]]
        neighbors_of(places[index], shape, around)
        missing = n
        for step in range(26):
            missing -= values[around[step]] >= own
        if missing <= 0:  # so for most voxels inside a tumor
            found[index] = own
            continue
        # The largest of what is below the own value, down to the one that is missing.
        lower[:missing] = -np.inf
        for step in range(26):
            value = values[around[step]]
            if lower[missing - 1] < value < own:
                at = missing - 1
                while at > 0 and value > lower[at - 1]:
                    lower[at] = lower[at - 1]
                    at -= 1
                lower[at] = value
        found[index] = lower[missing - 1]
    return found


@kernel
def count_neighbors(values: Values, shape: Shape, places: Places, least: float) -> Places:
    """How many of the 26 neighbors of each chosen voxel reach a value; arguments as above."""
    found = np.zeros(places.size, np.int64)
    around = np.empty(26, np.int64)
    for index in range(places.size):
        neighbors_of(places[index], shape, around)
        for step in range(26):
            found[index] += values[around[step]] >= least
    return found
