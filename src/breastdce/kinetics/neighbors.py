"""Loops over the 26 neighbors of chosen voxels, compiled; the outermost voxels repeat beyond the border.

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
def nth_largest_neighbor(values: Values, shape: Shape, places: Places, n: int) -> Values:
    """The n-th largest value among the 26 neighbors of each chosen voxel.

    Parameters
    ----------
    values
        An image, float32, 1-D; -inf where a neighbor does not count.
    shape
        Its size along i, j, k.
    places
        Indices of the chosen voxels in `values`.
    n
        1 (the largest) to 26; 0 asks for nothing and gives infinity.

    Returns
    -------
    NDArray[np.float32]
        One value for each place: at least n neighbors reach a threshold exactly when it does.
    """
    ni, nj, nk = shape
    found = np.empty(places.size, np.float32)
    largest = np.empty(27, np.float32)
    for index in range(places.size):
        i = places[index] % ni
        j = places[index] // ni % nj
        k = places[index] // (ni * nj)
        largest[: n + 1] = -np.inf
        for dk in range(-1, 2):
            slab = min(max(k + dk, 0), nk - 1) * nj
            for dj in range(-1, 2):
                row = (slab + min(max(j + dj, 0), nj - 1)) * ni
                for di in range(-1, 2):
                    if di == 0 and dj == 0 and dk == 0:
                        continue
                    value = values[row + min(max(i + di, 0), ni - 1)]
                    # Insertion from the end; the last of n is what is asked for.
                    at = n
                    while at > 0 and value > largest[at - 1]:
                        largest[at] = largest[at - 1]
                        at -= 1
                    largest[at] = value if at < n else largest[at]
        found[index] = largest[n - 1] if n > 0 else np.inf
    return found


@kernel
def count_neighbors(values: Values, shape: Shape, places: Places, least: float) -> Places:
    """How many of the 26 neighbors of each chosen voxel reach a value; arguments as above."""
    ni, nj, nk = shape
    found = np.zeros(places.size, np.int64)
    for index in range(places.size):
        i = places[index] % ni
        j = places[index] // ni % nj
        k = places[index] // (ni * nj)
        for dk in range(-1, 2):
            slab = min(max(k + dk, 0), nk - 1) * nj
            for dj in range(-1, 2):
                row = (slab + min(max(j + dj, 0), nj - 1)) * ni
                for di in range(-1, 2):
                    if values[row + min(max(i + di, 0), ni - 1)] >= least:
                        found[index] += 1
        if values[places[index]] >= least:
            found[index] -= 1
    return found
