"""A box around a lesion, so that pictures show it large and all at one scale."""

from __future__ import annotations

import numpy as np

from breastdce.core.volume import Mask
from breastdce.report.plane import Crop, Cut, fullest_slice, planes

MARGIN_MM = 12.0
LEAST_MM = 80.0


def closeup_cut(mask: Mask) -> Cut:
    """The fullest slice of a mask that holds a voxel, in the acquired plane, cropped to it."""
    plane = planes(mask.grid)[0]
    index = fullest_slice(mask.data, plane.normal)
    assert index is not None  # noqa: S101 - there is a voxel
    return Cut(plane, mask.grid, index, closeup(mask))


def closeup(mask: Mask) -> Crop:
    """Box around the voxels of a mask with a margin, at least 80 mm wide, inside the grid."""
    spans = [_span(mask, axis) for axis in range(3)]
    return spans[0], spans[1], spans[2]


def _span(mask: Mask, axis: int) -> slice:
    length, spacing = mask.grid.shape[axis], mask.grid.spacing_mm[axis]
    others = tuple(n for n in range(3) if n != axis)
    filled = np.flatnonzero(mask.data.any(axis=others))
    margin = round(MARGIN_MM / spacing)
    first, last = int(filled[0]) - margin, int(filled[-1]) + 1 + margin
    lacking = max(0, round(LEAST_MM / spacing) - (last - first))
    first, last = first - lacking // 2, last + lacking - lacking // 2
    # A box that leaves the grid is moved inside, not cut, where the grid is wide enough.
    shift = max(0, -first) - max(0, last - length)
    return slice(max(0, first + shift), min(length, last + shift))
