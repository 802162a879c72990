"""How often two gray levels lie at an offset from each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel


@kernel
def count_pairs(
    flat: NDArray[np.uint16], where: NDArray[np.int64], step: int, levels: int
) -> NDArray[np.int32]:
    """Count the pairs of levels of each voxel and the voxel `step` further.

    Parameters
    ----------
    flat
        Levels in memory order, 0 outside the region, with a margin that holds every step.
    where
        Positions of the voxels to start from, shape (n,).
    step
        Distance in `flat`.
    levels
        Number of gray levels Ng.

    Returns
    -------
    NDArray
        Shape (Ng, Ng): first the level of the voxel, then that of its neighbor; one way only.
    """
    counts = np.zeros((levels + 1, levels + 1), np.int32)
    for position in where:
        # A neighbor outside counts in row or column 0, which is cheaper than a branch.
        counts[flat[position], flat[position + step]] += 1
    return counts[1:, 1:]
