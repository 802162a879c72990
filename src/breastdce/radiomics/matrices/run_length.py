"""How often a run of equal gray levels has a length."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel


@kernel
def count_runs(
    flat: NDArray[np.uint16], where: NDArray[np.int64], step: int, levels: int, longest: int
) -> NDArray[np.int32]:
    """Count the runs along one direction.

    Parameters
    ----------
    flat
        Levels in memory order, 0 outside the region, with a margin of at least one voxel.
    where
        Positions of the region's voxels, shape (n,).
    step
        Distance in `flat` to the next voxel of the direction.
    levels, longest
        Number of gray levels Ng, and the longest run there can be.

    Returns
    -------
    NDArray
        Shape (Ng, longest): level, length - 1.
    """
    counts = np.zeros((levels, longest), np.int32)
    for start in where:
        level = flat[start]
        if flat[start - step] == level:
            continue  # inside a run
        end = start + step
        while flat[end] == level:
            end += step
        counts[level - 1, (end - start) // step - 1] += 1
    return counts


@kernel
def count_itk_runs(
    image: NDArray[np.float32],
    where: NDArray[np.int64],
    codes: NDArray[np.int64],
    offset: tuple[int, int, int],
    lower: NDArray[np.float64],
    length_edges_mm: NDArray[np.float64],
    affine: NDArray[np.float64],
    limit_mm: float,
) -> NDArray[np.int64]:
    """Count the runs along one offset as ITK's ScalarImageToRunLengthMatrixFilter.

    Parameters
    ----------
    image
        Whole image, shape (k, j, i), C order.
    where
        Flat positions in `image` of the region's voxels, ascending, shape (n,).
    codes
        Their bins, from 0.
    offset
        From one voxel of a run to the next, (i, j, k), forward in memory.
    lower
        Lower edges of the bins of gray level, shape (bins,).
    length_edges_mm
        Lower edges of the bins of run length, shape (bins,).
    affine
        Index to millimeters, shape (3, 4).
    limit_mm
        Longer runs are not counted.

    Returns
    -------
    NDArray
        Shape (bins, bins): bin of gray level, bin of length.

    Notes
    -----
    ITK tests the mask where a run begins and nowhere else, so that runs go on outside the region,
    and the voxels that they pass begin no run of their own. A length is the distance between
    two positions in millimeters, with the rounding of both.
    """
    nk, nj, ni = image.shape
    highest = image.ravel()[where[0]]
    for position in where:
        highest = max(highest, image.ravel()[position])
    flat, passed = image.ravel(), np.zeros(image.size, np.bool_)
    step = offset[0] + ni * (offset[1] + nj * offset[2])
    last = lower.size - 1
    counts = np.zeros((lower.size, length_edges_mm.size), np.int64)
    for start, code in zip(where, codes):
        if passed[start]:
            continue
        first = np.float64(flat[start])
        # ITK looks up both ends of a voxel's bin apart and takes the edge between the first two
        # bins for the upper end of the first: an empty bin, which no voxel joins.
        alone = first == lower[1] > lower[0]
        i, j, k = start % ni, start // ni % nj, start // (ni * nj)
        to_i, to_j, to_k = i, j, k
        end = start
        while not alone:
            to_i, to_j, to_k = to_i + offset[0], to_j + offset[1], to_k + offset[2]
            if not (0 <= to_i < ni and 0 <= to_j < nj and 0 <= to_k < nk):
                break
            value = np.float64(flat[end + step])
            if value < lower[code] or value > highest or not value == value:
                break
            if code < last and value >= lower[code + 1]:
                break
            end += step
            passed[end] = True
        steps = (end - start) // step
        length = 0.0
        if steps:
            for axis in range(3):
                here = affine[axis, 3] + affine[axis, 0] * i
                here += affine[axis, 1] * j
                here += affine[axis, 2] * k
                there = affine[axis, 3] + affine[axis, 0] * (i + steps * offset[0])
                there += affine[axis, 1] * (j + steps * offset[1])
                there += affine[axis, 2] * (k + steps * offset[2])
                length += (here - there) * (here - there)
            length = np.sqrt(length)
        if length <= limit_mm:
            counts[code, np.searchsorted(length_edges_mm, length, side="right") - 1] += 1
    return counts
