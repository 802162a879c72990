"""Which slices of an exam are shown, how they are cropped and windowed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.volume import Mask, Volume
from breastdce.report.color import Window
from breastdce.report.plane import Crop, Cut, Plane, fullest_slice, planes, slice_areas

BODY_LEVEL = 0.06  # of the window: above noise in air, below fat
_BODY_SHARE = 0.01  # of a slice that must lie above it
_BODY_MARGIN_MM = 4.0
_STACK_PARTS = (0.2, 0.8)  # not the ends, which are often single voxels of noise


def body_crop(volume: Volume, window: Window) -> Crop:
    """Box around what is brighter than air, with a margin; the whole grid if nothing is."""
    bright = volume.data > window.low + BODY_LEVEL * (window.high - window.low)
    spans = [_span(bright, axis, volume.grid.spacing_mm[axis]) for axis in range(3)]
    return spans[0], spans[1], spans[2]


def _span(bright: NDArray[np.bool_], axis: int, spacing_mm: float) -> slice:
    length = bright.shape[axis]
    area = bright.size / length
    filled = np.flatnonzero(slice_areas(bright, axis) > _BODY_SHARE * area)
    if not filled.size:
        return slice(0, length)
    margin = round(_BODY_MARGIN_MM / spacing_mm)
    return slice(max(0, int(filled[0]) - margin), min(length, int(filled[-1]) + 1 + margin))


def lesion_cuts(mask: Mask, crop: Crop) -> tuple[Cut, Cut, Cut]:
    """One slice in each plane where the mask is largest, the crop's center where it is empty."""
    first, second, third = (_lesion_cut(mask, plane, crop) for plane in planes(mask.grid))
    return first, second, third


def _lesion_cut(mask: Mask, plane: Plane, crop: Crop) -> Cut:
    index = fullest_slice(mask.data, plane.normal)
    span = crop[plane.normal]
    center = (span.start + span.stop - 1) // 2
    return Cut(plane, mask.grid, center if index is None else index, crop)


def lesion_stack(mask: Mask, crop: Crop) -> tuple[Cut, ...]:
    """Three slices in the acquired plane: the fullest, and one before and one after it.

    Those two are where a fifth and four fifths of the mask's voxels are passed, at least one slice
    away; fewer than three at the end of the grid.
    """
    center = _lesion_cut(mask, planes(mask.grid)[0], crop)
    axis, index = center.plane.normal, center.index
    passed = np.cumsum(slice_areas(mask.data, axis))
    before, after = index - 1, index + 1
    if passed[-1]:
        low, high = (int(np.searchsorted(passed, part * passed[-1])) for part in _STACK_PARTS)
        before, after = min(before, low), max(after, high)
    wanted = (before, index, after)
    inside = [number for number in wanted if 0 <= number < mask.grid.shape[axis]]
    return tuple(Cut(center.plane, mask.grid, number, crop) for number in inside)


def around(mask: Mask, margin_mm: float) -> Crop:
    """Box around a mask that is not empty, with a margin, inside the grid."""
    spans = []
    for axis, (length, step) in enumerate(zip(mask.grid.shape, mask.grid.spacing_mm, strict=True)):
        filled = np.flatnonzero(slice_areas(mask.data, axis))
        margin = round(margin_mm / step)
        spans.append(
            slice(max(0, int(filled[0]) - margin), min(length, int(filled[-1]) + 1 + margin))
        )
    return spans[0], spans[1], spans[2]


def covering(crop: Crop, mask: Mask) -> Crop:
    """Widen a crop so that no voxel of the mask is cut off."""
    if not mask.data.any():
        return crop
    grown = []
    for axis, span in enumerate(crop):
        filled = np.flatnonzero(slice_areas(mask.data, axis))
        grown.append(slice(min(span.start, int(filled[0])), max(span.stop, int(filled[-1]) + 1)))
    return grown[0], grown[1], grown[2]
