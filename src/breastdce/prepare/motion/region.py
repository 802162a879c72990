"""Where motion is looked for: the breast, or the body where no breast mask was made."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.imaging import itk
from breastdce.prepare.motion.metrics import smooth

Box = tuple[slice, slice, slice]

_SMOOTH_MM = 2.0  # air must look darker than fat that is suppressed
_STEP_MM = 3.0  # a body needs no finer mask
_CLOSE_MM = 9.0  # dark ducts, vessels and suppressed fat inside the body


def body(pre: Volume) -> Mask:
    """Tissue brighter than air: Otsu's threshold, the largest part, closed and filled.

    The threshold is that of the logarithm of the smoothed signal, so that the darkest tissue is no
    air where fat is suppressed. Lungs, heart and tissue far from the coil may be in or out: a
    breast mask is better where there is one. Empty where all voxels are equal.
    """
    from scipy import ndimage  # loaded when needed: it takes a quarter of a second

    step = [max(1, round(_STEP_MM / spacing)) for spacing in pre.grid.spacing_mm]
    thin = smooth(pre.data, pre.grid, _SMOOTH_MM)[tuple(slice(None, None, n) for n in step)]
    level = np.log1p(np.maximum(thin, 0), order="F")
    if np.ptp(level) == 0:
        return Mask(np.zeros(pre.grid.shape, bool, order="F"), pre.grid)
    with itk.threads(1):
        bright = itk.otsu(level)
    tall = [spacing * n for spacing, n in zip(pre.grid.spacing_mm, step, strict=True)]
    reach = [max(1, round(_CLOSE_MM / each)) for each in tall]
    offsets = np.ogrid[tuple(slice(-n, n + 1) for n in reach)]
    ball = sum((offset / n) ** 2 for offset, n in zip(offsets, reach, strict=True)) <= 1
    padded = np.pad(_largest(bright), [(n, n) for n in reach], mode="edge")
    closed = ndimage.binary_closing(padded, ball)
    inner = tuple(slice(n, n + size) for n, size in zip(reach, thin.shape, strict=True))
    whole = ndimage.binary_fill_holes(closed[inner])
    for axis, n in enumerate(step):
        whole = np.repeat(whole, n, axis)
    i, j, k = pre.grid.shape
    return Mask(np.asfortranarray(whole[:i, :j, :k]), pre.grid)


def _largest(bright: NDArray[np.bool_]) -> NDArray[np.bool_]:
    from scipy import ndimage

    labels, count = ndimage.label(bright)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    return np.asarray(labels == 1 + int(sizes.argmax()))


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
