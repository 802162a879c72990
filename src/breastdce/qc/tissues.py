"""Gland and fat of the breasts by their signal, and the coil's shading over both.

A help for measures of image quality: blocks of 2 mm, no tissue by tissue truth. Vessels, skin folds
and tumors that are as bright as gland count as gland.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Undefined
from breastdce.core.exam import Triple
from breastdce.core.grid import FloatArray
from breastdce.core.volume import Mask, Volume
from breastdce.imaging.anatomical import Anatomical, Coarse, coarse_view
from breastdce.imaging.box import bounding_box
from breastdce.qc.numbers import Number, ratio
from breastdce.qc.regions import Array, Bools, native_mask

_BLOCK_MM = 2.0
_SKIN_MM = 6.0  # skin and the rim that its blur reaches are neither gland nor fat
_WIDTHS_MM = (40.0, 30.0, 20.0, 15.0)
"""SD of the Gaussian of each round: shading first, patches of it later."""
_LEAST_SHARE = 0.002  # of the breast: fewer blocks are no tissue
_LEAST_RATIO = 1.25  # of the signals of gland and fat; nearer ones are not told apart
_BINS = 256
_BILATERAL_MM = 220.0
_MOST = 4.0  # times the local level: more is a vessel or an artifact, and counts as the brightest


@dataclass(frozen=True, slots=True, eq=False)
class Inside:
    """The two tissues of the breast, native grid."""

    gland: Mask
    """Fibroglandular tissue as far as its signal tells it from fat; empty where it does not."""
    fat: Mask
    """The rest of the breast but for its skin."""
    fat_is_darker: bool
    """As in images with fat suppression."""
    shading: FloatArray
    """Smooth field over the breast, one value a block, mean of its logarithm 0."""

    @property
    def all(self) -> Bools:
        """Gland and fat, native bool [i, j, k]."""
        return self.gland.data | self.fat.data


def shading_range(found: Inside) -> Number:
    """95th over 5th percentile of the smooth field."""
    if found.shading.size == 0:
        return Undefined.EMPTY_REGION
    low, high = np.quantile(found.shading, (0.05, 0.95)).tolist()
    return ratio(high, low)


def inside(triple: Triple, breast: Mask, *, suppressed: bool) -> Inside:
    """Split the breast into gland and fat.

    Parameters
    ----------
    triple
        Raw phases; the pre-contrast one is split, the early one says which part is gland.
    breast
        Both breasts, skin included, on the grid of the phases.
    suppressed
        Whether the header says that fat was suppressed: the darker class is then fat.

    Returns
    -------
    Inside
        Within the breast and clear of its surface, signal is split into two classes after a smooth
        field was divided out; field and classes are found in turns. Without word of the header the
        class whose most enhancing tenth enhances more is gland. Where their means differ by less
        than a factor of 1.25, all is fat.

    Notes
    -----
    The split is the minimum error threshold of Kittler & Illingworth, Pattern Recognition 1986,
    19:41, which serves classes of unequal size; alternation of field and classes as Wells et al.,
    IEEE Trans. Med. Imaging 1996, 15:429, with hard classes.
    """
    blocks = coarse_view(triple.pre, _BLOCK_MM)
    core = _core(breast, blocks)
    if not core.any():
        none = native_mask(core, breast.grid, blocks)
        return Inside(none, none, fat_is_darker=True, shading=np.zeros(0))
    bright, field = _split(np.maximum(blocks.data, np.float32(0.5)), core, blocks)
    dark = core & ~bright
    darker = suppressed or not bright.any()
    if not darker:
        rise = (coarse_view(triple.post1, _BLOCK_MM).data - blocks.data) / field
        darker = bool(np.quantile(rise[bright], 0.9) >= np.quantile(rise[dark], 0.9))
    gland = bright if darker else dark
    shade = np.asarray(np.log(field[core]), np.float64)
    return Inside(
        native_mask(gland, breast.grid, blocks),
        native_mask(core & ~gland, breast.grid, blocks),
        fat_is_darker=darker,
        shading=np.exp(shade - shade.mean()),
    )


def _split(signal: Array, core: Bools, blocks: Coarse) -> tuple[Bools, Array]:
    """The brighter class, and the field; no voxel is brighter where the classes are too near."""
    window = bounding_box(core)
    bright, field = np.zeros_like(core), np.ones_like(signal)
    bright[window], field[window] = _in_turns(signal[window], core[window], blocks)
    return bright, field


def _in_turns(signal: Array, core: Bools, blocks: Coarse) -> tuple[Bools, Array]:
    lifted = np.log(signal)
    field = np.zeros_like(lifted)
    weight = core.astype(np.float32)
    bright = np.zeros_like(core)
    for width_mm in (0.0, *_WIDTHS_MM):
        if width_mm:
            left = lifted - field - _class_means(lifted - field, core, bright)
            left = _smooth(left * weight, blocks, width_mm)
            field[core] += left[core] / _smooth(weight, blocks, width_mm)[core]
        bright = _brighter(np.exp(lifted - field), core)
    return bright, np.exp(field)


def _brighter(ratio: Array, core: Bools) -> Bools:
    values = ratio[core]
    values = np.minimum(values / np.median(values), np.float32(_MOST))
    limit = minimum_error_threshold(values)
    above = values > limit
    none = np.zeros_like(core)
    if not _LEAST_SHARE <= above.mean() <= 1 - _LEAST_SHARE:
        return none
    if values[above].mean() < _LEAST_RATIO * values[~above].mean():
        return none
    none[core] = above
    return none


def minimum_error_threshold(values: Array) -> float:
    """Threshold of Kittler & Illingworth between two Gaussian classes of values.

    Minimizes 1 + 2 (P1 log s1 + P2 log s2) - 2 (P1 log P1 + P2 log P2) over the limits of 256
    equal bins, with shares P and SDs s of the classes; `inf` where all values are equal.
    """
    low, high = float(values.min()), float(values.max())
    if low == high:
        return float("inf")
    counts, edges = np.histogram(values, _BINS, (low, high))
    middle = (edges[:-1] + edges[1:]) / 2
    share = np.cumsum(counts)[:-1] / counts.sum()
    first, second = (np.cumsum(counts * middle**power)[:-1] / counts.sum() for power in (1, 2))
    total1, total2 = ((counts * middle**power).sum() / counts.sum() for power in (1, 2))
    width = (high - low) / _BINS
    cost = np.ones(share.size)
    with np.errstate(divide="ignore", invalid="ignore"):  # an empty class has no cost, see below
        for part, mean, square in (
            (share, first, second),
            (1 - share, total1 - first, total2 - second),
        ):
            variance = square / part - (mean / part) ** 2 + width**2 / 12  # a bin is no point
            cost += part * np.log(variance) - 2 * part * np.log(part)
    cost[~np.isfinite(cost)] = np.inf
    return float(edges[1 + int(np.argmin(cost))])


def _class_means(values: Array, core: Bools, bright: Bools) -> Array:
    means = np.full_like(values, _mean(values, core & ~bright))
    means[bright] = _mean(values, bright)
    return means


def _mean(values: NDArray[np.floating], where: Bools) -> float:
    return float(values[where].mean(dtype=np.float64)) if where.any() else 0.0


def _core(breast: Mask, blocks: Coarse) -> Bools:
    """Blocks of the breast that lie clear of its surface."""
    from scipy import ndimage  # loaded when needed: it takes a quarter of a second

    share = coarse_view(Volume(breast.data.astype(np.float32), breast.grid), _BLOCK_MM).data
    whole = share > 0.5
    if whole.all() or not whole.any():
        return np.asarray(whole)
    return np.asarray(ndimage.distance_transform_edt(whole, sampling=blocks.step_mm) > _SKIN_MM)


def _smooth(values: Array, blocks: Coarse, sd_mm: float) -> Array:
    from scipy import ndimage

    sigma = [sd_mm / step for step in blocks.step_mm]
    return np.asarray(
        ndimage.gaussian_filter(values, sigma, mode="constant", truncate=2.5), np.float32
    )


def sides(breast: Mask) -> tuple[Bools, Bools] | None:
    """Right and left breast, native bool [i, j, k]; None where the mask shows one of them.

    A mask wider than 220 mm from left to right holds both; they part at the middle of the thinnest
    place of its middle third.
    """
    body = Anatomical.of(breast.grid)
    view = np.asarray(body.view(breast.data), np.bool_)
    profile = np.count_nonzero(view, axis=(1, 2))
    filled = np.flatnonzero(profile)
    if filled.size == 0 or (filled[-1] - filled[0] + 1) * body.step_mm[0] < _BILATERAL_MM:
        return None
    third = (filled[-1] - filled[0] + 1) // 3
    middle = profile[filled[0] + third : filled[-1] + 1 - third]
    thin = np.flatnonzero(middle == middle.min())
    cut = filled[0] + third + int(thin[thin.size // 2])
    right = np.zeros(breast.grid.shape, np.bool_, order="F")
    half = np.asarray(body.view(right), np.bool_)
    half[cut:] = view[cut:]
    return right, breast.data & ~right
