"""Peritumoral rings: what lies around a region, by distance in mm."""

from __future__ import annotations

import math
from typing import NamedTuple

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError
from breastdce.core.volume import Mask
from breastdce.imaging.distance import within_mm


class Ring(NamedTuple):
    """Distances from the region between which a ring lies, in mm."""

    inner_mm: float
    outer_mm: float

    def __str__(self) -> str:
        return f"{self.inner_mm:g}-{self.outer_mm:g}mm"


def ring(mask: Mask, inner_mm: float, outer_mm: float, breast: Mask | None = None) -> Mask:
    """Voxels around a mask, outside it, by the distance between voxel centers.

    Parameters
    ----------
    mask
        The region, bool, [i, j, k]; may be empty.
    inner_mm, outer_mm
        A voxel belongs to the ring when the nearest center of the mask is farther than `inner_mm`
        and at most `outer_mm` away (Euclidean, anisotropic spacing), so that 0 to 5 and 5 to 10 mm
        adjoin and share no voxel.
    breast
        Where the ring may lie, on the same grid; everywhere when left out.

    Returns
    -------
    Mask
        On the same grid; empty for an empty mask.

    Raises
    ------
    CallError
        CALL_INVALID unless 0 <= inner_mm < outer_mm.
    """
    if not 0 <= inner_mm < outer_mm < math.inf:
        raise CallError(
            ErrorCode.CALL_INVALID,
            "Not a ring",
            evidence={"inner_mm": inner_mm, "outer_mm": outer_mm},
            remedy="Give two distances in mm, the smaller one first, for example 0-5.",
        )
    around = within_mm(mask, outer_mm).data & ~within_mm(mask, inner_mm).data & ~mask.data
    return Mask(around if breast is None else around & breast.data, mask.grid)
