"""Which voxels lie within a distance of a mask, in mm, on anisotropic grids."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from breastdce.core.volume import Mask

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
    The distance is exact. It is taken apart into a distance in the plane of a slice and one
    along the slices, so that no array larger than a slice is held in floating point but for the
    slices in reach; only the box that can be reached is visited.
    """
    from scipy import ndimage  # loaded when needed: it takes a quarter of a second

    near = np.zeros(mask.data.shape, dtype=np.bool_, order="F")
    for window in ndimage.find_objects(mask.data.view(np.uint8)):
        reach = _widened(window, mask, distance_mm)
        near[reach] = _near(mask.data[reach], mask.grid.spacing_mm, distance_mm + _TIE_MM)
    return Mask(near, mask.grid)


def _widened(window: tuple[slice, ...], mask: Mask, distance_mm: float) -> tuple[slice, ...]:
    """The box of the mask and all voxels that the distance can reach, inside the grid."""
    margins = [math.ceil(distance_mm / spacing) for spacing in mask.grid.spacing_mm]
    return tuple(
        slice(max(0, part.start - margin), min(size, part.stop + margin))
        for part, margin, size in zip(window, margins, mask.grid.shape, strict=True)
    )


def _near(
    mask: NDArray[np.bool_], spacing_mm: tuple[float, float, float], distance_mm: float
) -> NDArray[np.bool_]:
    from scipy import ndimage

    near = np.zeros_like(mask)
    steps = int(distance_mm / spacing_mm[2])
    for k in np.flatnonzero(mask.any(axis=(0, 1))).tolist():
        plane = ndimage.distance_transform_edt(~mask[:, :, k], sampling=spacing_mm[:2])
        for other in range(max(0, k - steps), min(mask.shape[2], k + steps + 1)):
            along = (other - k) * spacing_mm[2]
            near[:, :, other] |= plane <= math.sqrt(distance_mm**2 - along**2)
    return near
