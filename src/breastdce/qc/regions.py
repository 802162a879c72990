"""Where body, air, gland and fat are in raw phases, for every check and detector.

Functions of images alone; `QcExam` keeps what they give, so that it is made once an exam.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.imaging.anatomical import Anatomical, Coarse, coarse_view
from breastdce.imaging.components import connected_parts
from breastdce.imaging.otsu import otsu_threshold

Array = NDArray[np.float32]
Bools = NDArray[np.bool_]

BLOCK_MM = 3.0
"""Blocks that body and air are told apart on: noise averages out, edges of organs stay."""
_AIR_MARGIN_MM = 10.0  # ringing and blur of the skin reach so far
_RIM = 0.02  # of the field at either end: filters and distortion correction fade the image there
_DARKEST = 0.5  # half a stored unit: the logarithm of zeros


@dataclass(frozen=True, slots=True, eq=False)
class Outside:
    """Tissue and the air around it, native grid."""

    body: Mask
    """Everything behind the front of the tissue, dark parts of it included."""
    air: Mask
    """In front of the body and clear of it, off the outermost rim of the field."""
    level: float
    """Signal that splits air and tissue."""


def outside(pre: Volume) -> Outside:
    """Split a raw pre-contrast image into body and air.

    Parameters
    ----------
    pre
        Raw signal after the modality LUT, float32 [i, j, k]; the patient prone.

    Returns
    -------
    Outside
        Tissue is what lies above Otsu's threshold of the logarithm of 3 mm blocks, the largest
        connected part of it; body is tissue and all behind it, as seen from the front.
    """
    coarse = coarse_view(pre, BLOCK_MM)
    lifted = np.log(np.maximum(coarse.data, np.float32(_DARKEST)))
    level = otsu_threshold(lifted)
    parts = connected_parts(lifted > level, 6)
    tissue = parts.labels == 1
    body = np.logical_or.accumulate(tissue[:, ::-1], axis=1)[:, ::-1]
    air = _off_rim(_farther(body, coarse.step_mm, _AIR_MARGIN_MM))
    return Outside(
        native_mask(body, pre.grid, coarse),
        native_mask(air, pre.grid, coarse),
        float(np.exp(level)),
    )


def relative_enhancement(pre: Volume, post: Volume, level: float) -> Array:
    """(post - pre) / pre, float32 [i, j, k]; 0 where the pre-contrast signal is below `level`."""
    ratio = np.zeros(pre.data.shape, np.float32, order="F")
    tissue = pre.data >= max(level, _DARKEST)
    np.divide(post.data - pre.data, pre.data, out=ratio, where=tissue)
    return ratio


def native_mask(coarse: Bools, grid: Grid, blocks: Coarse) -> Mask:
    """Blocks as voxels of the native grid; what the blocks left out takes the nearest one."""
    body = Anatomical.of(grid)
    mask = np.zeros(grid.shape, np.bool_, order="F")
    view = np.asarray(body.view(mask), np.bool_)  # no copy
    at = []
    for axis in range(3):
        size = round(blocks.step_mm[axis] / body.step_mm[axis])
        at.append(np.minimum(np.arange(view.shape[axis]) // size, coarse.shape[axis] - 1))
    view[...] = coarse[at[0]][:, at[1]][:, :, at[2]]
    return Mask(mask, grid)


def _farther(body: Bools, step_mm: tuple[float, float, float], by_mm: float) -> Bools:
    from scipy import ndimage  # loaded when needed: it takes a quarter of a second

    if not body.any():
        return ~body
    away = ndimage.distance_transform_edt(~body, sampling=step_mm)
    return np.asarray(away > by_mm)


def _off_rim(air: Bools) -> Bools:
    """Without the outermost blocks of the two longest axes, those of the slices' planes."""
    for axis in np.argsort(air.shape)[1:]:
        rim = max(1, round(_RIM * air.shape[axis]))
        ends = np.moveaxis(air, axis, 0)
        ends[:rim] = False
        ends[-rim:] = False
    return air
