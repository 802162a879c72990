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
    first: tuple[int, int, int],
    codes: NDArray[np.int16],
    where: NDArray[np.int64],
    offset: tuple[int, int, int],
    limits: tuple[float, float],
    lower: NDArray[np.float64],
    length_edges_mm: NDArray[np.float64],
    affine: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Count the runs along one offset as ITK's ScalarImageToRunLengthMatrixFilter.

    Parameters
    ----------
    image
        Whole image, shape (k, j, i), C order.
    first
        Index in the image of the first voxel of `codes`, (i, j, k); may lie outside.
    codes
        Bins of gray level around the region, from 0, shape (k, j, i), C order, with a margin of
        one offset; -1 where the intensity is out of range or there is no image.
    where
        Flat positions in `codes` of the region's voxels, ascending, shape (n,).
    offset
        From one voxel of a run to the next, (i, j, k), forward in memory.
    limits
        Highest intensity of the region, and length in mm beyond which no run is counted.
    lower
        Lower edges of the bins of gray level, shape (bins,).
    length_edges_mm
        Lower edges of the bins of run length, shape (bins,).
    affine
        Index to millimeters, shape (3, 4).

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
    rows, columns = codes.shape[1], codes.shape[2]
    flat, passed = codes.ravel(), np.zeros(codes.size, np.bool_)
    step = offset[0] + columns * (offset[1] + rows * offset[2])
    highest, longest_mm = limits
    counts = np.zeros((lower.size, length_edges_mm.size), np.int64)
    shortest = _bin_of(0.0, length_edges_mm)
    for start in where:
        if passed[start]:
            continue
        code = flat[start]
        if flat[start + step] != code:
            counts[code, shortest] += 1
            continue
        i = start % columns + first[0]
        j = start // columns % rows + first[1]
        k = start // (columns * rows) + first[2]
        value = np.float64(image[k, j, i])
        to_i, to_j, to_k, steps = i, j, k, 0
        # ITK looks up both ends of a voxel's bin apart and takes the edge between the first two
        # bins for the upper end of the first: an empty bin, which no voxel joins.
        alone = value == lower[1] > lower[0]
        while not alone:
            to_i, to_j, to_k = to_i + offset[0], to_j + offset[1], to_k + offset[2]
            if not (0 <= to_i < ni and 0 <= to_j < nj and 0 <= to_k < nk):
                break
            value = np.float64(image[to_k, to_j, to_i])
            if not lower[code] <= value <= highest:
                break
            if code < lower.size - 1 and value >= lower[code + 1]:
                break
            steps += 1
            at_i, at_j, at_k = to_i - first[0], to_j - first[1], to_k - first[2]
            if 0 <= at_i < columns and 0 <= at_j < rows and at_k < codes.shape[0]:
                passed[at_i + columns * (at_j + rows * at_k)] = True
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
        if length <= longest_mm:
            counts[code, _bin_of(length, length_edges_mm)] += 1
    return counts


@kernel
def _bin_of(value: float, lower: NDArray[np.float64]) -> int:
    """Bin whose lower edge is the last that `value` reaches."""
    low, high = 0, lower.size
    while high - low > 1:
        middle = (low + high) // 2
        if value >= lower[middle]:
            low = middle
        else:
            high = middle
    return low
