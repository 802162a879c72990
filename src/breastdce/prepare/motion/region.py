"""Where motion is looked for: the breast, or the body where no breast mask was made."""

from __future__ import annotations

import numpy as np

from breastdce.core.grid import Grid, Window
from breastdce.core.volume import Mask, Volume
from breastdce.imaging.box import bounding_box, widened
from breastdce.imaging.components import connected_parts
from breastdce.imaging.otsu import otsu_threshold
from breastdce.prepare.motion.metrics import smooth

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
    largest = connected_parts(level > otsu_threshold(level), 6).labels == 1
    tall = [spacing * n for spacing, n in zip(pre.grid.spacing_mm, step, strict=True)]
    reach = [max(1, round(_CLOSE_MM / each)) for each in tall]
    offsets = np.ogrid[tuple(slice(-n, n + 1) for n in reach)]
    ball = sum((offset / n) ** 2 for offset, n in zip(offsets, reach, strict=True)) <= 1
    padded = np.pad(largest, [(n, n) for n in reach], mode="edge")
    closed = ndimage.binary_closing(padded, ball)
    inner = tuple(slice(n, n + size) for n, size in zip(reach, thin.shape, strict=True))
    whole = ndimage.binary_fill_holes(closed[inner])
    for axis, n in enumerate(step):
        whole = np.repeat(whole, n, axis)
    i, j, k = pre.grid.shape
    return Mask(np.asfortranarray(whole[:i, :j, :k]), pre.grid)


def around(mask: Mask, margin_mm: float) -> Window:
    """Box of the mask's voxels with a margin, inside the grid; the mask has a voxel."""
    margins = [round(margin_mm / spacing) for spacing in mask.grid.spacing_mm]
    return widened(bounding_box(mask.data), margins, mask.grid.shape)


def coarse(volume: Volume, box: Window, step_mm: float) -> Volume:
    """Means of blocks of voxels of a box, about `step_mm` wide along each axis.

    What is left over at the end of an axis is cut off, unless it is all there is.
    """
    grid = volume.grid
    factor = [max(1, round(step_mm / spacing)) for spacing in grid.spacing_mm]
    factor = [min(n, span.stop - span.start) for n, span in zip(factor, box, strict=True)]
    size = [(span.stop - span.start) // n for n, span in zip(factor, box, strict=True)]
    part = volume.data[
        tuple(slice(s.start, s.start + n * m) for s, n, m in zip(box, factor, size, strict=True))
    ]
    split = part.reshape([each for pair in zip(size, factor, strict=True) for each in pair])
    means = np.asfortranarray(split.mean(axis=(1, 3, 5), dtype=np.float64), np.float32)
    return Volume(means, _block_grid(grid, box, factor, size))


def _block_grid(grid: Grid, box: Window, factor: list[int], size: list[int]) -> Grid:
    first = [span.start + (n - 1) / 2 for span, n in zip(box, factor, strict=True)]
    x, y, z = (grid.origin_mm + grid.direction @ (np.array(first) * grid.spacing_mm)).tolist()
    i, j, k = size
    a, b, c = (step * n for step, n in zip(grid.spacing_mm, factor, strict=True))
    return Grid((i, j, k), (a, b, c), grid.direction.copy(), (x, y, z))


def coarse_mask(mask: Mask, box: Window, step_mm: float) -> Mask:
    """Blocks of which at least half lie in the mask."""
    share = coarse(Volume(mask.data.astype(np.float32), mask.grid), box, step_mm)
    return Mask(np.asfortranarray(share.data >= 0.5), share.grid)
