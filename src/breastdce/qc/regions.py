"""Where air, body, gland and fat are in raw phases, for every check and detector.

Functions of images alone; `QcExam` keeps what they give, so that it is made once an exam.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from breastdce.core.exam import Triple
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.imaging.anatomical import Anatomical, coarse_view
from breastdce.imaging.components import connected_parts
from breastdce.imaging.otsu import otsu_threshold

Array = NDArray[np.float32]
Bools = NDArray[np.bool_]

_BLOCK_MM = 3.0
_AIR_MARGIN = 3  # blocks between tissue and what counts as air: blur and ringing of the skin
_SKIN_MM = 5.0  # skin, and the partial volume beside it, is neither gland nor fat
_BETWEEN = 0.25  # of the way from the threshold: what lies nearer to it is a mixture


@dataclass(frozen=True, slots=True, eq=False)
class Outside:
    """Tissue and the air around it, native grid."""

    body: Mask
    """Everything behind the front of the tissue, dark parts of it included."""
    air: Mask
    """In front of the body, clear of it."""
    level: float
    """Signal that splits air and tissue."""


@dataclass(frozen=True, slots=True, eq=False)
class Inside:
    """The two tissues of the breast, native grid; both empty where they cannot be told apart."""

    gland: Mask
    """Fibroglandular tissue, as far as it is told from fat by its signal; tumor included."""
    fat: Mask


def outside(pre: Volume) -> Outside:
    """Split a raw pre-contrast image into body and air, the patient prone."""
    coarse = coarse_view(pre, _BLOCK_MM)
    lifted = np.log(np.maximum(coarse.data, np.float32(0.5)))
    level = otsu_threshold(lifted)
    parts = connected_parts(lifted > level, 6)
    body = parts.labels == 1 if parts.count else np.zeros(coarse.data.shape, bool)
    filled = np.logical_or.accumulate(body[:, ::-1], axis=1)[:, ::-1]
    air = ~_grown(filled, _AIR_MARGIN)
    return Outside(
        _native(filled, pre.grid, coarse.step_mm),
        _native(air, pre.grid, coarse.step_mm),
        float(np.exp(level)),
    )


def inside(triple: Triple, breast: Mask) -> Inside:
    """Split the breast into gland and fat by the pre-contrast signal and by what enhances."""
    from scipy import ndimage

    grid = breast.grid
    core = breast.data
    if core.any():
        core = ndimage.distance_transform_edt(breast.data, sampling=grid.spacing_mm) > _SKIN_MM
    none = Mask(np.zeros(grid.shape, np.bool_, order="F"), grid)
    if not core.any():
        return Inside(none, none)
    pre = triple.pre.data
    level = otsu_threshold(pre[core])
    bright, dark = core & (pre > level), core & (pre <= level)
    rise = triple.post1.data - pre
    if not bright.any() or not dark.any():
        return Inside(none, none)
    if np.median(rise[dark]) > np.median(rise[bright]):
        bright, dark = dark, bright
    return Inside(Mask(np.asfortranarray(bright), grid), Mask(np.asfortranarray(dark), grid))


def relative_enhancement(pre: Volume, post: Volume, floor: float) -> Array:
    """(post - pre) / pre, float32 [i, j, k]; 0 where the pre-contrast signal is below `floor`."""
    ratio = np.zeros(pre.data.shape, np.float32, order="F")
    np.divide(post.data - pre.data, pre.data, out=ratio, where=pre.data >= max(floor, 1e-6))
    return ratio


def _grown(mask: Bools, blocks: int) -> Bools:
    from scipy import ndimage

    return np.asarray(ndimage.binary_dilation(mask, iterations=blocks))


def _native(coarse: Bools, grid: Grid, step_mm: tuple[float, float, float]) -> Mask:
    """Blocks as voxels of the native grid; what the blocks left out takes the nearest one."""
    body = Anatomical.of(grid)
    mask = np.zeros(grid.shape, np.bool_, order="F")
    view = np.asarray(body.view(mask), np.bool_)  # no copy
    lines = []
    for axis in range(3):
        size = round(step_mm[axis] / body.step_mm[axis])
        lines.append(np.minimum(np.arange(view.shape[axis]) // size, coarse.shape[axis] - 1))
    view[...] = coarse[np.ix_(*lines)]
    return Mask(mask, grid)
