"""The candidate for the structural tumor volume (STV): main part of the FTV and its surroundings.

Rule of the paper: of the FTV keep the largest contiguous part and all parts within 2 cm of it.
A radiologist then delineates the primary lesion with that as a guide: a candidate, not the STV.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import msgspec
import numpy as np

from breastdce.core.params import Params
from breastdce.core.volume import Mask
from breastdce.imaging.box import bounding_box
from breastdce.imaging.components import Connectivity, connected_parts
from breastdce.imaging.distance import within_mm


class StvParams(Params, frozen=True):
    """What belongs to the main part; the paper defines the distance only."""

    satellite_mm: Annotated[float, msgspec.Meta(ge=0)] = 20.0
    """Largest distance of a kept part from the largest, nearest voxel centers, in mm."""
    connectivity: Connectivity = 26
    """Neighbors that belong to one part: 6 (faces), 18 (and edges) or 26 (and corners)."""


@dataclass(frozen=True, slots=True)
class StvResult:
    """The candidate and how it came about."""

    mask: Mask
    parts_found: int
    parts_kept: int
    largest_voxels: int
    voxels: int
    dropped_voxels: int
    """Voxels of the FTV that are too far away."""


def stv_candidate(ftv: Mask, params: StvParams) -> StvResult:
    """Keep the largest part of an FTV and every part near it.

    Parameters
    ----------
    ftv
        Functional tumor volume, bool, [i, j, k], native grid; may be empty.
    params
        Distance in mm and connectivity.

    Returns
    -------
    StvResult
        An empty mask for an empty FTV. Of two largest parts of equal size the one that comes
        first in the images (lowest slice, then row, then column) counts as the largest.

    Notes
    -----
    Distances are between voxel centers: surface to surface is up to a voxel less.
    """
    kept = np.zeros(ftv.grid.shape, np.bool_, order="F")
    box = bounding_box(ftv.data)
    if box[0].stop == 0:
        return StvResult(Mask(kept, ftv.grid), 0, 0, 0, 0, 0)
    grid = ftv.grid.cropped(box)
    parts = connected_parts(ftv.data[box], params.connectivity)
    largest = parts.select(np.arange(parts.count) == 0)
    near = within_mm(Mask(largest, grid), params.satellite_mm)
    keep = parts.touched_by(near.data)
    voxels = int(parts.sizes[keep].sum())
    kept[box] = parts.select(keep)
    return StvResult(
        mask=Mask(kept, ftv.grid),
        parts_found=parts.count,
        parts_kept=int(np.count_nonzero(keep)),
        largest_voxels=int(parts.sizes[0]),
        voxels=voxels,
        dropped_voxels=int(parts.sizes.sum()) - voxels,
    )
