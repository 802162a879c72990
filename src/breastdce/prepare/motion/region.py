"""Where motion is looked for: the breast, or the body where no breast mask was made."""

from __future__ import annotations

import numpy as np

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.imaging import itk
from breastdce.imaging.components import connected_parts

Box = tuple[slice, slice, slice]

_CLOSE_MM = 6.0  # dark ducts, vessels and noise inside the body
_BINS = 128


def body(pre: Volume) -> Mask:
    """Tissue brighter than air: Otsu's threshold, the largest part, closed over 6 mm.

    Lungs, heart and coil-distant tissue may be in or out: a breast mask is better where there is
    one.
    """
    from scipy import ndimage  # loaded when needed: it takes a quarter of a second

    if np.ptp(pre.data) == 0:
        return Mask(np.zeros(pre.grid.shape, bool, order="F"), pre.grid)
    with itk.threads(1):
        bright = Mask(itk.otsu(pre.data, _BINS), pre.grid)
    largest = connected_parts(bright, 6).labels == 1
    reach = [max(1, round(_CLOSE_MM / step)) for step in pre.grid.spacing_mm]
    offsets = np.ogrid[tuple(slice(-n, n + 1) for n in reach)]
    ball = sum((offset / n) ** 2 for offset, n in zip(offsets, reach, strict=True)) <= 1
    padded = np.pad(largest, [(n, n) for n in reach], mode="edge")
    closed = ndimage.binary_closing(padded, ball)
    inner = tuple(slice(n, n + size) for n, size in zip(reach, pre.grid.shape, strict=True))
    return Mask(np.asfortranarray(closed[inner]), pre.grid)


def around(mask: Mask, margin_mm: float) -> Box:
    """Box of the mask's voxels with a margin, inside the grid; the mask has a voxel."""
    i, j, k = (
        _span(mask, axis, round(margin_mm / mask.grid.spacing_mm[axis])) for axis in range(3)
    )
    return i, j, k


def _span(mask: Mask, axis: int, margin: int) -> slice:
    others = tuple(other for other in range(3) if other != axis)
    filled = np.flatnonzero(mask.data.any(axis=others))
    first, last = int(filled[0]) - margin, int(filled[-1]) + margin
    return slice(max(0, first), min(mask.grid.shape[axis], last + 1))


def cropped(volume: Volume, box: Box) -> Volume:
    """Part of a volume, on the same lattice."""
    return Volume(np.asfortranarray(volume.data[box]), cropped_grid(volume.grid, box))


def cropped_grid(grid: Grid, box: Box) -> Grid:
    """Grid of a part."""
    first = np.array([span.start for span in box]) * grid.spacing_mm
    x, y, z = (grid.origin_mm + grid.direction @ first).tolist()
    i, j, k = (span.stop - span.start for span in box)
    return Grid((i, j, k), grid.spacing_mm, grid.direction.copy(), (x, y, z))
