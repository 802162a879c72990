"""Moments of a mask."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel

FloatArray = NDArray[np.float64]


@kernel
def central_moments(
    part: NDArray[np.bool_], first: NDArray[np.int64], affine: FloatArray
) -> FloatArray:
    """Second central moments of the voxel centers of a mask.

    Parameters
    ----------
    part
        Shape (k, j, i), C order, with at least one voxel.
    first
        Index of its first voxel, (i, j, k).
    affine
        Index to mm, shape (3, 4).

    Returns
    -------
    NDArray
        In mm^2, shape (3, 3), divided by the number of voxels.

    Notes
    -----
    Runs along i are added up in the way and order of ITK's ShapeLabelMapFilter: for thin masks
    the smallest moment is nothing but rounding, and follows the order.
    """
    nk, nj, ni = part.shape
    moments = np.zeros((3, 3))
    center = np.zeros(3)
    voxels = 0
    for k in range(nk):
        for j in range(nj):
            i = 0
            while i < ni:
                if not part[k, j, i]:
                    i += 1
                    continue
                start = i
                while i < ni and part[k, j, i]:
                    i += 1
                length = i - start
                at_i, at_j, at_k = start + first[0], j + first[1], k + first[2]
                voxels += length
                center[0] += at_i * length + (length * (length - 1)) / 2.0
                center[1] += length * at_j
                center[2] += length * at_k
                if length <= 2:
                    for one in range(length):
                        place = _position(affine, at_i + one, at_j, at_k)
                        for row in range(3):
                            for column in range(3):
                                moments[row, column] += place[row] * place[column]
                    continue
                place = _position(affine, at_i, at_j, at_k)
                half, third = (length - 1.0) / 2.0, (2.0 * length - 1.0) / 3.0
                for row in range(3):
                    for column in range(3):
                        a, b = affine[row, 0], affine[column, 0]
                        cross = place[row] * b + a * place[column]
                        if row == column:
                            cross = 2.0 * place[row] * a
                        moments[row, column] += length * (
                            place[row] * place[column] + half * (cross + third * a * b)
                        )
    mean = _position(affine, center[0] / voxels, center[1] / voxels, center[2] / voxels)
    for row in range(3):
        for column in range(3):
            moments[row, column] = moments[row, column] / voxels - mean[row] * mean[column]
    return moments


@kernel
def _position(affine: FloatArray, i: float, j: float, k: float) -> FloatArray:
    place = np.empty(3)
    for row in range(3):
        place[row] = affine[row, 3] + affine[row, 0] * i
        place[row] += affine[row, 1] * j
        place[row] += affine[row, 2] * k
    return place
