"""What two masks have in common: overlap, surfaces, distances between them; quantiles of these.

The surface of a mask is what a 6-connected erosion takes away; beyond the image is outside.
Distances are Euclidean between voxel centers, in mm. These are the definitions of MONAI's metrics
(`compute_hausdorff_distance`, `compute_average_surface_distance`, `compute_surface_dice`).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import FloatArray
from breastdce.core.volume import Mask
from breastdce.imaging.box import bounding_box

_PERCENTILE = 95.0


class SurfaceDistances(NamedTuple):
    """Distances in mm from each surface voxel of one mask to the surface of the other.

    Where the other mask is empty they are infinite; of an empty mask there are none.
    """

    there: FloatArray
    back: FloatArray

    @property
    def hd95_mm(self) -> float:
        """The larger of the 95th percentiles of both sides; NaN where both masks are empty."""
        if not (self.there.size and self.back.size):
            return self._without_partner
        one, other = (float(np.percentile(side, _PERCENTILE)) for side in self)
        return max(one, other)

    @property
    def assd_mm(self) -> float:
        """Mean over the surface voxels of both sides; NaN where both masks are empty."""
        if not (self.there.size and self.back.size):
            return self._without_partner
        return float(np.concatenate(self).mean())

    def share_within(self, near_mm: float) -> float:
        """Share of all surface voxels within a distance; NaN where both masks are empty."""
        both = np.concatenate(self)
        return float(np.count_nonzero(both <= near_mm) / both.size) if both.size else math.nan

    @property
    def _without_partner(self) -> float:
        return math.inf if self.there.size or self.back.size else math.nan


def dice(one: Mask, other: Mask) -> float:
    """Twice the common voxels over the sum of both; NaN where both masks are empty (Dice 1945).

    Raises
    ------
    ValueError
        The masks differ in shape.
    """
    _check(one, other)
    total = np.count_nonzero(one.data) + np.count_nonzero(other.data)
    common = np.count_nonzero(one.data & other.data)
    return float(2 * common / total) if total else math.nan


def surface_distances(one: Mask, other: Mask) -> SurfaceDistances:
    """Measure from the surface of each of two masks on one grid to that of the other.

    Raises
    ------
    ValueError
        The masks differ in shape.
    """
    _check(one, other)
    surfaces = [surface_voxels(mask) * spacing_of(mask) for mask in (one, other)]
    return SurfaceDistances(_nearest_mm(*surfaces), _nearest_mm(*reversed(surfaces)))


def distance_to_surface_mm(voxels: NDArray[np.int64], mask: Mask) -> FloatArray:
    """Distance of voxels, shape (n, 3), to the surface of a mask; infinite where it is empty."""
    return _nearest_mm(voxels * spacing_of(mask), surface_voxels(mask) * spacing_of(mask))


def surface_voxels(mask: Mask) -> NDArray[np.int64]:
    """Indices of the surface voxels of a mask, shape (n, 3), i first; in order of i, j, k."""
    box = bounding_box(mask.data)
    inside = np.pad(mask.data[box], 1)
    core = inside[1:-1, 1:-1, 1:-1].copy()
    for axis in range(3):
        for step in (-1, 1):
            core &= np.roll(inside, step, axis)[1:-1, 1:-1, 1:-1]
    found: NDArray[np.int64] = np.argwhere(inside[1:-1, 1:-1, 1:-1] & ~core)
    found += np.array([part.start for part in box])
    return found


def spacing_of(mask: Mask) -> FloatArray:
    """Voxel size along i, j, k in mm, shape (3,)."""
    return np.asarray(mask.grid.spacing_mm, np.float64)


def quantile(scores: FloatArray, part: float) -> float:
    """Quantile of scores of many pairs of masks, shape (n,), linearly interpolated.

    Infinite as soon as an infinite value has a share in it; NaN of no score.
    """
    if not scores.size:
        return math.nan
    ordered = np.sort(scores)
    place = part * (scores.size - 1)
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    if low == high:  # both may be infinite
        return float(low)
    return float(low + (high - low) * (place - math.floor(place)))


def _nearest_mm(points: FloatArray, others: FloatArray) -> FloatArray:
    from scipy.spatial import cKDTree  # loaded when needed: nothing else of the program wants it

    if not (len(points) and len(others)):
        return np.full(len(points), math.inf)
    found: FloatArray = cKDTree(others).query(points)[0]
    return found


def _check(one: Mask, other: Mask) -> None:
    if one.data.shape != other.data.shape:
        raise ValueError("masks on different grids")
