"""How well a moved image fits the fixed one, and what its transform does to the tissue."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import FloatArray, Grid

Array = NDArray[np.float32]
Bools = NDArray[np.bool_]

_FLOOR = 0.2


def smooth(values: NDArray[np.generic], grid: Grid, sd_mm: float) -> Array:
    """Gaussian mean of values on a grid, float32, the edge extended."""
    from scipy import ndimage  # loaded when needed: it takes a quarter of a second

    sigma = [sd_mm / step for step in grid.spacing_mm]
    smoothed: Array = ndimage.gaussian_filter(
        np.asarray(values, np.float32), sigma, mode="nearest", truncate=3.0
    )
    return smoothed


def grown(mask: Bools, grid: Grid, by_mm: float) -> Bools:
    """Voxels whose centers lie at most `by_mm` from one of the mask, which has a voxel."""
    from scipy import ndimage

    away = ndimage.distance_transform_edt(~mask, sampling=grid.spacing_mm)
    return np.asarray(away <= by_mm)


def relative_enhancement(fixed: Array, moving: Array, mask: Bools) -> Array:
    """(moving - fixed) / fixed inside the mask, 0 where the fixed value is not positive.

    Both images are smoothed by the caller, with what lies outside the mask taken out of both.
    """
    known = mask & (fixed > 0)
    ratio = np.zeros(fixed.shape, np.float32)
    np.divide(moving - fixed, fixed, out=ratio, where=known)
    return ratio


def normalized(values: Array, grid: Grid, mask: Bools, sd_mm: float) -> Array:
    """Values with the brightness and contrast of their surroundings taken out.

    (value - local mean) / (local SD + floor) under a Gaussian of `sd_mm`; the floor, the 20th
    percentile of the local SD in the mask, keeps the noise of even tissue small. Zeros where the
    mask is even throughout.
    """
    mean = smooth(values, grid, sd_mm)
    square = smooth(np.square(values - values.mean()), grid, sd_mm)
    sd = np.sqrt(np.maximum(square - np.square(mean - values.mean()), 0))
    scale = sd + np.quantile(sd[mask], _FLOOR)
    flat = np.zeros(values.shape, np.float32, order="F")
    np.divide(values - mean, scale, out=flat, where=scale > 0)
    return flat


def steepness(values: Array, grid: Grid) -> Array:
    """Length of the gradient, per mm."""
    parts = np.gradient(values, *grid.spacing_mm)
    return np.asarray(np.sqrt(sum(part**2 for part in parts)), np.float32)


def highest(values: Array, among: Bools, share: float) -> Bools:
    """The voxels of `among` whose values lie in its highest `share`; ties at the limit count."""
    if share <= 0 or not among.any():
        return np.zeros(among.shape, bool)
    limit = np.quantile(values[among], 1.0 - share)
    return among & (values >= limit)


def residual(fixed: Array, moving: Array, where: Bools) -> float:
    """Median absolute difference after linear matching, relative to the fixed image's median.

    `moving` is scaled and shifted to the mean and SD of `fixed` over the voxels; 0 is a perfect
    fit, NaN stands for no voxel or no contrast.
    """
    a, b = fixed[where].astype(np.float64), moving[where].astype(np.float64)
    if a.size == 0 or a.std() == 0 or b.std() == 0 or np.median(a) <= 0:
        return float("nan")
    matched = (b - b.mean()) * (a.std() / b.std()) + a.mean()
    return float(np.median(np.abs(matched - a)) / np.median(a))


def mutual_information(fixed: Array, moving: Array, where: Bools, bins: int) -> float:
    """Mutual information of two images over some voxels, in nats.

    From the joint histogram with `bins` equal bins from each image's 0.5th to its 99.5th
    percentile; what lies outside counts in the outermost bins.
    """
    if not where.any():
        return float("nan")
    joint, _, _ = np.histogram2d(_binned(fixed[where], bins), _binned(moving[where], bins), bins)
    p = joint / joint.sum()
    apart = p.sum(axis=1, keepdims=True) * p.sum(axis=0, keepdims=True)
    filled = p > 0
    return float((p[filled] * np.log(p[filled] / apart[filled])).sum())


def _binned(values: Array, bins: int) -> FloatArray:
    low, high = np.quantile(values, (0.005, 0.995))
    width = (high - low) / bins or 1.0
    return np.asarray(np.clip(np.floor((values - low) / width), 0, bins - 1), np.float64)


def determinant(displacement_mm: FloatArray, grid: Grid) -> Array:
    """Determinant of the Jacobian of x + displacement(x): 1 keeps volumes, 0.9 shrinks by 10 %.

    Parameters
    ----------
    displacement_mm
        Shape (i, j, k, 3), RAS+ mm, at the voxel centers of `grid`; at least two along each axis.

    Returns
    -------
    numpy.ndarray
        Shape (i, j, k), float32; central differences, one-sided at the edges.
    """
    along = np.asarray(displacement_mm @ grid.direction, np.float32)
    rows = [np.gradient(along[..., axis], *grid.spacing_mm) for axis in range(3)]
    (a, b, c), (d, e, f), (g, h, i) = rows
    a, e, i = a + 1, e + 1, i + 1
    return np.asarray(a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g), np.float32)
