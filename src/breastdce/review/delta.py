"""What an edit did to a mask: shown before a revision is signed, and stored with it."""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.volume import Mask
from breastdce.imaging.mask_scores import (
    dice,
    distance_to_surface_mm,
    surface_distances,
    surface_voxels,
)

Undefined = Literal["", "both_empty", "parent_empty", "mask_empty"]
"""Why distances, and with both masks empty Dice too, have no value; empty where they have."""

_OTHERS = ((1, 2), (0, 2), (0, 1))  # axes within the slices across i, j, k


class EditDelta(msgspec.Struct, frozen=True, kw_only=True):
    """Difference of an edited mask from the one it began from.

    It is stored as JSON, which has no NaN: what is undefined is None, and `undefined` says why.
    """

    voxels_added: int
    voxels_removed: int
    volume_ml: float
    parent_ml: float
    dice_to_parent: float | None
    """0 where one mask is empty, None where both are."""
    hd95_mm: float | None
    """The larger of the 95th percentiles of the distances of either surface to the other."""
    assd_mm: float | None
    """Mean over the voxels of both surfaces of the distance to the other surface."""
    slices_touched: tuple[int, int, int]
    """Slices across i, j, k in which a voxel differs."""
    seconds: float
    """Time that the reader spent."""
    undefined: Undefined = ""


class SurfaceMap(NamedTuple):
    """How far the surface of an edited mask has moved: shown and stored beside its delta."""

    voxels: NDArray[np.int64]
    """Surface voxels of the edited mask, shape (n, 3), i first."""
    moved_mm: NDArray[np.float32]
    """Distance of each to the surface of the parent, shape (n,): positive outside the parent,
    negative inside, 0 where the surface stayed; infinite where the parent is empty."""


class Edit(NamedTuple):
    """What a revision has changed."""

    delta: EditDelta
    surface: SurfaceMap


def compare(parent: Mask, mask: Mask, seconds: float) -> Edit:
    """What is stored with a revision; parameters and errors of `delta`."""
    return Edit(delta(parent, mask, seconds), surface_map(parent, mask))


def delta(parent: Mask, mask: Mask, seconds: float) -> EditDelta:
    """Compare an edited mask with its parent on one grid.

    Parameters
    ----------
    parent, mask
        Bool, [i, j, k]; either may be empty.
    seconds
        Time spent on the edit, in s; stored as it is.

    Raises
    ------
    ValueError
        The masks differ in shape.

    Notes
    -----
    Distances are those of `imaging.mask_scores`, between voxel centers.
    """
    distances = surface_distances(mask, parent)
    undefined = _undefined(bool(len(distances.there)), bool(len(distances.back)))
    changed = mask.data != parent.data
    return EditDelta(
        voxels_added=int(np.count_nonzero(mask.data & changed)),
        voxels_removed=int(np.count_nonzero(parent.data & changed)),
        volume_ml=mask.volume_ml,
        parent_ml=parent.volume_ml,
        dice_to_parent=None if undefined == "both_empty" else dice(mask, parent),
        hd95_mm=None if undefined else distances.hd95_mm,
        assd_mm=None if undefined else distances.assd_mm,
        slices_touched=_slices(changed),
        seconds=seconds,
        undefined=undefined,
    )


def surface_map(parent: Mask, mask: Mask) -> SurfaceMap:
    """Measure, at each surface voxel of an edited mask, how far it lies from the parent's surface.

    A part that was removed whole leaves no surface to show it on; `EditDelta` counts it.
    """
    voxels = surface_voxels(mask)
    distance = distance_to_surface_mm(voxels, parent)
    inside = parent.data[tuple(voxels.T)]
    return SurfaceMap(voxels, np.where(inside, 0.0 - distance, distance).astype(np.float32))


def _undefined(has_mask: bool, has_parent: bool) -> Undefined:
    if has_mask and has_parent:
        return ""
    if has_mask:
        return "parent_empty"
    return "mask_empty" if has_parent else "both_empty"


def _slices(changed: NDArray[np.bool_]) -> tuple[int, int, int]:
    """How many slices across each axis hold a true voxel."""
    i, j, k = (int(np.count_nonzero(changed.any(axis=others))) for others in _OTHERS)
    return i, j, k
