"""What lies around each voxel: sums over blocks, neighbors of like level, brighter neighbors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel


@kernel
def block_sums(values: NDArray[np.int32], half: int, in_plane: bool) -> NDArray[np.int32]:
    """Sum of `values` over the block of 2 half + 1 voxels a side around each voxel.

    Parameters
    ----------
    values
        Shape (k, j, i), C order; beyond its border is 0.
    half
        Half-width of the block, in voxels.
    in_plane
        Whether the block is one slice (fixed k) thick.
    """
    nk, nj, ni = values.shape
    rows = np.empty_like(values)
    for k in range(nk):
        for j in range(nj):
            total = np.int32(0)
            for i in range(min(half, ni)):
                total += values[k, j, i]
            for i in range(ni):
                if i + half < ni:
                    total += values[k, j, i + half]
                if i > half:
                    total -= values[k, j, i - half - 1]
                rows[k, j, i] = total
    planes = np.zeros_like(values)
    for k in range(nk):
        for j in range(nj):
            for near in range(max(0, j - half), min(nj, j + half + 1)):
                for i in range(ni):
                    planes[k, j, i] += rows[k, near, i]
    if in_plane:
        return planes
    blocks = rows
    blocks[:] = 0
    for k in range(nk):
        for near in range(max(0, k - half), min(nk, k + half + 1)):
            for j in range(nj):
                for i in range(ni):
                    blocks[k, j, i] += planes[near, j, i]
    return blocks


@kernel
def count_dependence(
    flat: NDArray[np.uint16],
    where: NDArray[np.int64],
    steps: NDArray[np.int64],
    levels: int,
    tolerance: int,
) -> NDArray[np.int64]:
    """Count how many neighbors are like their voxel.

    Parameters
    ----------
    flat, where
        Levels in memory order with a margin, and positions of the region's voxels.
    steps
        Distances in `flat` to all neighbors, both ways.
    levels
        Number of gray levels Ng.
    tolerance
        Levels that differ by at most this are alike.

    Returns
    -------
    NDArray
        Shape (Ng, len(steps) + 1): level, number of like neighbors.
    """
    counts = np.zeros((levels, steps.size + 1), np.int64)
    for position in where:
        level = np.int64(flat[position])
        alike = 0
        for step in steps:
            other = np.int64(flat[position + step])
            if other != 0 and abs(other - level) <= tolerance:
                alike += 1
        counts[level - 1, alike] += 1
    return counts
