"""How deep the voxels of zones lie."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel


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
