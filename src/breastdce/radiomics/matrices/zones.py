"""Zones: connected voxels of one gray level, their sizes, and how deep they lie."""

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


@kernel
def depth_in_steps(inside: NDArray[np.bool_], in_plane: bool) -> NDArray[np.int32]:
    """Steps from face to face that lead from a voxel out of a mask; 1 at its edge.

    Parameters
    ----------
    inside
        Mask with a margin of at least one empty voxel, Fortran order, [i, j, k].
    in_plane
        Whether steps stay within a slice (fixed k).

    Returns
    -------
    NDArray
        City-block distance, same shape; 0 outside. Two sweeps make it exact.
    """
    ni, nj, nk = inside.shape
    depth = np.zeros((nk, nj, ni), np.int32)
    far = np.int32(ni + nj + nk)
    for k in range(1, nk - 1):
        for j in range(1, nj - 1):
            for i in range(1, ni - 1):
                if inside[i, j, k]:
                    least = min(depth[k, j, i - 1], depth[k, j - 1, i])
                    depth[k, j, i] = (least if in_plane else min(least, depth[k - 1, j, i])) + 1
                    depth[k, j, i] = min(depth[k, j, i], far)
    for k in range(nk - 2, 0, -1):
        for j in range(nj - 2, 0, -1):
            for i in range(ni - 2, 0, -1):
                if inside[i, j, k]:
                    least = min(depth[k, j, i + 1], depth[k, j + 1, i])
                    if not in_plane:
                        least = min(least, depth[k + 1, j, i])
                    depth[k, j, i] = min(depth[k, j, i], least + 1)
    return depth.T
