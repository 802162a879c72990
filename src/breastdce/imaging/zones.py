"""Voxels of one value that hang together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel


@kernel
def label_zones(
    flat: NDArray[np.uint16], where: NDArray[np.int64], steps: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Zone of each voxel of a region.

    Parameters
    ----------
    flat
        Levels in memory order, 0 outside the region, with a margin that holds every step.
    where
        Ascending positions of the region's voxels, shape (n,).
    steps
        Distances in `flat` to the voxels that belong together when their levels are equal; one
        of each opposite pair is enough.

    Returns
    -------
    NDArray
        Shape (n,): number of the zone, from 0, in the order of the zones' first voxels.
    """
    rank = np.zeros(flat.size, np.int64)  # position -> number of the voxel in `where`
    for number, position in enumerate(where):
        rank[position] = number
    # Union-find: each voxel points to an earlier one of its zone, the first to itself.
    parent = np.arange(where.size)
    for number, position in enumerate(where):
        level = flat[position]
        for step in steps:
            if flat[position + step] != level:
                continue
            one, other = number, rank[position + step]
            while parent[one] != one:
                parent[one] = parent[parent[one]]
                one = parent[one]
            while parent[other] != other:
                parent[other] = parent[parent[other]]
                other = parent[other]
            if one < other:
                parent[other] = one
            else:
                parent[one] = other
    zone = np.empty(where.size, np.int64)
    found = 0
    for number in range(where.size):
        if parent[number] == number:
            zone[number] = found
            found += 1
        else:  # points to an earlier voxel of the zone, whose number is final
            zone[number] = zone[parent[number]]
    return zone
