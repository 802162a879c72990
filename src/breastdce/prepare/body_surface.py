"""The front of the body: for each line from back to front, where tissue ends and air begins.

The patient lies prone, so that air is in front of her: what lies behind the outermost tissue of a
line counts as body, however dark (deep fat in fat-suppressed images, lung). Only air that a breast
hangs over, in a fold, is told from that: it is seen from the feet or the head.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from breastdce.core.volume import Volume
from breastdce.imaging.anatomical import Anatomical, Coarse
from breastdce.imaging.kernel import kernel

FloatArray = NDArray[np.float64]
BoolImage = NDArray[np.bool_]

_SMOOTH_MM = 2.0
_CLIP = 5.0  # times the signal of air: a bright lesion must not move the split of air and fat
_CLOSE_MM = 6.0
_EDGE = 0.5  # share of the tissue's signal beside it at which the skin begins
_AIR_SHARE = 12  # the front twelfth of the lines is air but for a nipple
_LEAST_AIR = 0.02  # of bright tissue: ringing and blur of its edge are no tissue
_START = 9  # blocks along z
_PART_SHARE = 0.1  # of the largest part: a breast is more, noise and ghosts are far less
_LEAST_CONTRAST = 1.2  # times the signal of air
_BELOW_SPLIT = 0.85  # of the logarithm: suppressed fat lies just above the split


@dataclass(frozen=True, slots=True, eq=False)
class BodySurface:
    """The front of the body on a coarse grid, indexed [x, z]."""

    front_mm: FloatArray
    """y of the surface; NaN where a line meets no tissue."""
    level: FloatArray
    """Signal of the surface: above it is skin, below it is air."""
    signal: Coarse
    """Smoothed signal."""
    folds: BoolImage
    """Blocks [x, y, z] of air behind the surface that is seen from the feet or the head."""
    air: float
    """Signal of air."""
    threshold: float
    """Signal that splits air and tissue."""


def body_surface(coarse: Coarse) -> BodySurface:
    """Find the front of the body.

    Parameters
    ----------
    coarse
        Raw pre-contrast signal, blocks of about 3 mm.

    Returns
    -------
    BodySurface
        All NaN where nothing exceeds the air.

    Notes
    -----
    The threshold splits the histogram of log signal over air (Otsu 1979, IEEE TSMC 9:62), after
    a cut at five times air, a little lower since suppressed fat is barely brighter than air.
    Where there is hardly any noise, a fiftieth of bright tissue counts as air.
    """
    from scipy import ndimage

    steps = np.asarray(coarse.step_mm)
    signal = ndimage.gaussian_filter(coarse.data, _SMOOTH_MM / steps)
    air = max(_air(signal), _LEAST_AIR * _typical(signal))
    ratio = np.clip(np.log(np.maximum(signal, 1e-6 * air) / air), 0.0, np.log(_CLIP))
    split = max(_BELOW_SPLIT * _otsu(ratio), float(np.log(_LEAST_CONTRAST)))
    body = _solid(ratio > split, steps)
    count = body.shape[1]
    top = count - 1 - np.argmax(body[:, ::-1], axis=1)
    y = coarse.first_mm[1] + coarse.step_mm[1] * (top + 0.5)
    front = np.where(body.any(axis=1), y, np.nan)
    threshold = float(air * np.exp(split))
    near = ndimage.maximum_filter(signal, size=3)
    beside = np.take_along_axis(near, np.maximum(top - 1, 0)[:, None, :], axis=1)[:, 0]
    level = np.maximum(threshold, _EDGE * ndimage.maximum_filter(beside, size=3))
    smooth = Coarse(signal, coarse.step_mm, coarse.first_mm)
    return BodySurface(front, level.astype(np.float64), smooth, _folds(body, top), air, threshold)


def _air(signal: NDArray[np.float32]) -> float:
    front = signal[:, -max(2, signal.shape[1] // _AIR_SHARE) :]
    lit = front[front > 0]  # some scanners leave a margin of zeros
    return float(np.median(lit)) if lit.size else 1.0


def _typical(signal: NDArray[np.float32]) -> float:
    """Signal of what is bright: the mean, each value weighed by itself."""
    total = float(signal.sum(dtype=np.float64))
    return float(np.square(signal, dtype=np.float64).sum()) / total if total > 0 else 1.0


def _otsu(values: NDArray[np.float32], bins: int = 128) -> float:
    counts, edges = np.histogram(values, bins)
    centers = (edges[1:] + edges[:-1]) / 2
    below, total = np.cumsum(counts), np.cumsum(counts * centers)
    above = below[-1] - below
    means = total / np.maximum(below, 1), (total[-1] - total) / np.maximum(above, 1)
    return float(centers[np.argmax(below * above * (means[0] - means[1]) ** 2)])


def _solid(tissue: BoolImage, steps: FloatArray) -> BoolImage:
    """Close gaps, drop what hangs by a thread (ghosts), keep the largest part and its like.

    Fat that is as dark as air may part a breast from the trunk: skin and gland alone show there.
    """
    from scipy import ndimage

    reach = [max(1, round(_CLOSE_MM / 2 / step)) for step in steps]
    box = np.ones([2 * n + 1 for n in reach], np.bool_)
    pad = [(2 * n + 1, 2 * n + 1) for n in reach]
    core = tuple(slice(low, -high) for low, high in pad)
    closed = ndimage.binary_closing(np.pad(tissue, pad, mode="edge"), box)
    opened = ndimage.binary_opening(closed, ndimage.generate_binary_structure(3, 1))[core]
    labels, count = ndimage.label(opened)
    if count == 0:
        return np.zeros_like(tissue)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return np.asarray((sizes >= _PART_SHARE * sizes.max())[labels])


def _folds(body: BoolImage, top: NDArray[np.int64]) -> BoolImage:
    """Air behind the surface that is seen along z, from the feet or the head.

    Only straight lines count: the skin of a breast stops them even where dark fat lies behind it
    and the image ends beside it.
    """
    from scipy import ndimage

    behind = np.arange(body.shape[1])[None, :, None] < top[:, None, :]
    nearby = ndimage.maximum_filter(top, size=(3, _START))  # at the ends the skin may be missed
    closed = np.arange(body.shape[1])[None, :, None] < nearby[:, None, :]
    clear = np.zeros_like(body)
    for turn in (slice(None), slice(None, None, -1)):
        free = ~body[..., turn]
        free[..., 0] &= ~closed[..., turn][..., 0]
        clear |= np.logical_and.accumulate(free, axis=2)[..., turn]
    return np.asarray(ndimage.binary_opening(clear & behind))


def refine_front(volume: Volume, surface: BodySurface) -> FloatArray:
    """Find the surface again on the voxels themselves, within two coarse steps.

    Returns
    -------
    NDArray[np.float64]
        y of the surface in mm, indexed [x, z] of the image's own lines; -inf where there is air.
    """
    from scipy import ndimage

    body = Anatomical.of(volume.grid)
    view = np.asarray(body.view(volume.data), np.float32)
    step, first = body.step_mm[1], body.first_mm[1]
    margin = 2 * surface.signal.step_mm[1]
    known = np.where(np.isnan(surface.front_mm), first - margin, surface.front_mm)
    high = ndimage.maximum_filter(known, size=3) + margin
    low = ndimage.minimum_filter(known, size=3) - margin
    lines = nearest_lines(body, surface.signal, view.shape)
    start, stop = (
        np.clip(np.rint((limit - first) / step), 0, view.shape[1] - 1).astype(np.int64)[lines]
        for limit in (high, low)
    )
    found = _first_tissue(view, start, stop, surface.level[lines].astype(np.float32))
    found = ndimage.median_filter(found, size=3)
    return np.where(found < 0, -np.inf, first + step * (found + 0.5))


def nearest_lines(
    body: Anatomical, coarse: Coarse, shape: tuple[int, ...]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices [x, z] of the coarse line nearest to each line of voxels."""
    at = []
    for axis in (0, 2):
        where = body.first_mm[axis] + body.step_mm[axis] * np.arange(shape[axis])
        index = np.rint((where - coarse.first_mm[axis]) / coarse.step_mm[axis])
        at.append(np.clip(index, 0, coarse.data.shape[axis] - 1).astype(np.int64))
    return at[0][:, None], at[1][None, :]


@kernel
def _first_tissue(
    view: NDArray[np.float32],
    start: NDArray[np.int64],
    stop: NDArray[np.int64],
    level: NDArray[np.float32],
) -> NDArray[np.int64]:
    """Index of the first voxel from the front whose mean with its two neighbors reaches `level`.

    Two in a row must reach it, so that noise is not taken for skin; -1 where the search ends at
    the back of the image.
    """
    nx, ny, nz = view.shape
    found = np.empty((nx, nz), np.int64)
    for x in range(nx):
        for z in range(nz):
            hits = 0
            at = stop[x, z]
            for y in range(start[x, z], stop[x, z], -1):
                total = view[x, y, z]
                total += view[x, max(y - 1, 0), z] + view[x, min(y + 1, ny - 1), z]
                hits = hits + 1 if total >= 3 * level[x, z] else 0
                if hits == 2:
                    at = y + 1
                    break
            found[x, z] = at if at > 0 else -1
    return found
