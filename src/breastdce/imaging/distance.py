"""Which voxels lie within a distance of a mask, in mm, on anisotropic grids."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import FloatArray
from breastdce.core.volume import Mask
from breastdce.imaging.box import bounding_box, widened
from breastdce.imaging.kernel import kernel

_TIE_MM = 1e-6  # a center at the distance itself is within; decimal spacings round either way


def within_mm(mask: Mask, distance_mm: float) -> Mask:
    """Voxels whose center lies within a distance of the nearest center of the mask.

    Parameters
    ----------
    mask
        Bool, [i, j, k]; may be empty.
    distance_mm
        Largest Euclidean distance, in mm, inclusive.

    Returns
    -------
    Mask
        The mask and all that is near it, on the same grid; empty for an empty mask.

    Notes
    -----
    The distance is exact, squared and taken apart by axis: along i first, then the least of what
    lies along j, then along k. Only the box that can be reached is visited.
    """
    near = np.zeros(mask.data.shape, dtype=np.bool_, order="F")
    window = bounding_box(mask.data)
    if window[0].stop:
        i_mm, j_mm, k_mm = mask.grid.spacing_mm
        margins = [math.ceil(distance_mm / step) for step in (i_mm, j_mm, k_mm)]
        reach = widened(window, margins, mask.grid.shape)
        inside = np.ascontiguousarray(mask.data[reach].T)
        farthest = (distance_mm + _TIE_MM) ** 2
        near[reach] = _within(inside, (i_mm, j_mm, k_mm), farthest).T
    return Mask(near, mask.grid)


@kernel
def _within(
    inside: NDArray[np.bool_], spacing_mm: tuple[float, float, float], farthest: float
) -> NDArray[np.bool_]:
    """Voxels, indexed [k, j, i], whose squared distance to one inside is at most `farthest`."""
    slices, rows, columns = inside.shape
    i_mm, j_mm, k_mm = spacing_mm
    steps = int(np.sqrt(farthest) / k_mm)
    near = np.zeros_like(inside)
    along_i = np.empty((rows, columns))
    plane = np.empty((rows, columns))
    for k in range(slices):
        if not _square_along_rows(inside[k], i_mm, along_i):
            continue
        _least_across_rows(along_i, j_mm, farthest, plane)
        for other in range(max(0, k - steps), min(slices, k + steps + 1)):
            left = farthest - ((other - k) * k_mm) ** 2
            for j in range(rows):
                for i in range(columns):
                    near[other, j, i] |= plane[j, i] <= left
    return near


@kernel
def _square_along_rows(inside: NDArray[np.bool_], step_mm: float, square: FloatArray) -> bool:
    """Fill in squared distances along each row; whether any voxel is inside."""
    rows, columns = inside.shape
    found = False
    for j in range(rows):
        last = -np.inf
        for i in range(columns):
            if inside[j, i]:
                last = float(i)
                found = True
            square[j, i] = (i - last) * step_mm
        last = np.inf
        for i in range(columns - 1, -1, -1):
            if inside[j, i]:
                last = float(i)
            square[j, i] = min(square[j, i], (last - i) * step_mm) ** 2
    return found


@kernel
def _least_across_rows(
    square: FloatArray, step_mm: float, farthest: float, plane: FloatArray
) -> None:
    """Fill in squared distances in the plane; what is farther than `farthest` may stay infinite."""
    rows, columns = square.shape
    steps = int(np.sqrt(farthest) / step_mm)
    plane[:] = square
    for j in range(rows):
        if square[j, 0] == np.inf:  # nothing in this row
            continue
        for other in range(max(0, j - steps), min(rows, j + steps + 1)):
            away = ((other - j) * step_mm) ** 2
            for i in range(columns):
                plane[other, i] = min(plane[other, i], square[j, i] + away)
