"""Motion since the pre-contrast phase, at edges of tissue that does not enhance, on blocks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from breastdce.core.codes import Undefined
from breastdce.core.grid import FloatArray
from breastdce.core.volume import Mask, Volume
from breastdce.imaging.anatomical import Coarse, coarse_view
from breastdce.imaging.box import bounding_box, widened
from breastdce.qc.regions import Array, Bools

_BLOCK_MM = 2.0
_RIM_MM = 8.0  # around the breast: the skin's edge against air tells most
_ENHANCES = 0.2  # beyond what all tissue gains
_CLEAR_BLOCKS = 3  # what moved by one or two of them must not leak in
_STEEPEST = 0.9
_ROUNDS = 3
_LEAST = 200  # blocks
_LEAST_SLOPE = 0.15  # of the steepest direction: noise alone moves along one with no edges


class Motion(NamedTuple):
    """What was found of one phase."""

    shift_mm: float
    residual: float
    """Percent."""


def find_motion(pre: Volume, phase: Volume, breast: Mask) -> Motion | Undefined:
    """Compare a phase with the pre-contrast one near the breasts.

    Parameters
    ----------
    pre, phase
        Raw signal, float32 [i, j, k].
    breast
        On the same grid.

    Returns
    -------
    Motion
        Translation in mm by least squares of the difference on the gradient (Lucas & Kanade,
        Proc IJCAI 1981:674), together with one gain of all edges, three rounds with linear
        interpolation; and the median absolute difference before it, after linear matching of mean
        and SD, in percent of the median signal. Both at the steepest tenth of 2 mm blocks where no
        tissue enhances more than the rest. EMPTY_REGION without a breast,
        TOO_FEW_VOXELS with fewer than 200 such blocks, FLAT_REGION without contrast in them.
    """
    blocks = coarse_view(pre, _BLOCK_MM)
    near = _near(breast, blocks)
    if not near.any():
        return Undefined.EMPTY_REGION
    window = widened(bounding_box(near), (4, 4, 4), near.shape)
    fixed = _smooth(blocks.data[window])
    moving = _smooth(coarse_view(phase, _BLOCK_MM).data[window])
    slope = np.asarray(np.gradient(fixed), np.float32)
    quiet = _quiet(fixed, moving, near[window])
    edges = _edges(slope, quiet)
    if np.count_nonzero(edges) < _LEAST:
        return Undefined.TOO_FEW_VOXELS
    a, b = fixed[edges].astype(np.float64), moving[edges].astype(np.float64)
    if a.std() == 0 or b.std() == 0 or np.median(a) <= 0:
        return Undefined.FLAT_REGION
    residual = float(np.median(np.abs(_matched(b, a) - a)) / np.median(a))
    shift = _shift(fixed, moving, slope, edges)
    if shift is None:
        return Undefined.FLAT_REGION
    return Motion(float(np.linalg.norm(shift * np.asarray(blocks.step_mm))), 100 * residual)


def _near(breast: Mask, blocks: Coarse) -> Bools:
    from scipy import ndimage  # loaded when needed: it takes a quarter of a second

    share = coarse_view(Volume(breast.data.astype(np.float32), breast.grid), _BLOCK_MM).data
    held = share > 0
    if not held.any():
        return np.asarray(held)
    return np.asarray(ndimage.distance_transform_edt(~held, sampling=blocks.step_mm) <= _RIM_MM)


def _quiet(fixed: Array, moving: Array, near: Bools) -> Bools:
    """What lies near the breasts and clear of anything that enhances more than all tissue."""
    from scipy import ndimage

    known = near & (fixed > 0)
    if not known.any():
        return np.asarray(known)
    rise = np.zeros_like(fixed)
    np.divide(moving - fixed, fixed, out=rise, where=known)
    bright = near & (rise > np.median(rise[known]) + _ENHANCES) & (fixed > np.median(fixed[known]))
    size = 2 * _CLEAR_BLOCKS + 1
    return np.asarray(near & (ndimage.maximum_filter(bright.view(np.uint8), size) == 0))


def _edges(slope: Array, quiet: Bools) -> Bools:
    """The steepest tenth."""
    if not quiet.any():
        return quiet
    steep = np.sqrt(np.square(slope).sum(axis=0))
    return np.asarray(quiet & (steep >= np.quantile(steep[quiet], _STEEPEST)))


def _shift(fixed: Array, moving: Array, slope: Array, edges: Bools) -> FloatArray | None:
    """Translation in blocks that brings `moving` onto `fixed`; None without a gain above 0.

    The edges' own gain is found with the shift, for skin enhances and fat does not: with the gain
    of other tissue, skin that got 15 % brighter would seem to have moved by half a millimeter. A
    factor it is and no offset: where all edges face one way, an offset would explain the shift.
    """
    from scipy import ndimage

    a, rows = fixed[edges].astype(np.float64), slope[:, edges].astype(np.float64)
    # Sums in a fixed order, not by BLAS: the same bytes for any number of threads.
    power = (a * a).sum()
    free = rows - np.outer((rows * a).sum(axis=1) / power, a)  # of what a gain would explain
    square = np.array([[(one * other).sum() for other in free] for one in free])
    strength, axes = np.linalg.eigh(square)
    known = strength > max(_LEAST_SLOPE**2 * strength[-1], 0.0)
    shift = np.zeros(3)
    for _ in range(_ROUNDS):
        left = ndimage.shift(moving, -shift, order=1, mode="nearest")[edges] - a
        along = axes[:, known].T @ -(free * left).sum(axis=1)
        step = axes[:, known] @ (along / strength[known])
        gain = 1.0 + ((left + (step[:, None] * rows).sum(axis=0)) * a).sum() / power
        if gain <= 0:
            return None
        shift += step / gain
    return shift


def _matched(values: FloatArray, to: FloatArray) -> FloatArray:
    sd = values.std()
    scale = to.std() / sd if sd > 0 else 0.0
    return np.asarray((values - values.mean()) * scale + to.mean())


def _smooth(values: Array) -> Array:
    from scipy import ndimage

    return np.asarray(ndimage.gaussian_filter(values, 1.0, truncate=3.0), np.float32)
