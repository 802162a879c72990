"""Soft shapes in millimeters: signed distances, their coverage of a voxel, smooth noise.

A shape is an array of signed distance in mm at the voxel centers, negative inside. Distances of
ellipsoids and of unions are approximate away from the surface, exact enough at it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breastdce.core.grid import Grid

Array = NDArray[np.float32]
Point = tuple[float, float, float]


def centers(grid: Grid) -> tuple[Array, Array, Array]:
    """Positions of all voxel centers of `grid` in RAS+ mm, as three arrays of its shape."""
    i, j, k = (np.arange(n, dtype=np.float32) for n in grid.shape)
    i, j, k = i[:, None, None], j[None, :, None], k[None, None, :]
    a = grid.affine.astype(np.float32)
    x, y, z = (
        np.broadcast_to(a[r, 0] * i + a[r, 1] * j + a[r, 2] * k + a[r, 3], grid.shape)
        for r in range(3)
    )
    return x, y, z


def ellipsoid(
    at: tuple[Array, Array, Array], center: Point, radii: Point, *, power: float = 2.0
) -> Array:
    """Signed distance to a superellipsoid; `power` 2 is the ellipsoid, larger is boxier."""
    scaled = [np.abs(p - c) / r for p, c, r in zip(at, center, radii, strict=True)]
    level = sum(s**power for s in scaled) ** np.float32(1 / power)
    return np.asarray((level - 1) * min(radii), np.float32)


def tube(at: tuple[Array, Array, Array], path: Sequence[Point], radius_mm: float) -> Array:
    """Signed distance to a tube of `radius_mm` around the polyline `path`."""
    nearest = np.full(at[0].shape, np.inf, np.float32)
    for start, end in pairwise(path):
        along = np.subtract(end, start)
        rel = [p - s for p, s in zip(at, start, strict=True)]
        t = sum(r * a for r, a in zip(rel, along, strict=True)) / float(along @ along)
        t = np.clip(t, 0, 1)
        gap = sum((r - t * a) ** 2 for r, a in zip(rel, along, strict=True))
        np.minimum(nearest, gap, out=nearest)
    return np.asarray(np.sqrt(nearest) - radius_mm, np.float32)


def join(a: Array, b: Array, blend_mm: float) -> Array:
    """Union of two shapes with the crease between them filled over `blend_mm`."""
    h = np.clip(0.5 + 0.5 * (b - a) / blend_mm, 0, 1)
    return np.asarray(b + (a - b) * h - blend_mm * h * (1 - h), np.float32)


def coverage(distance: Array, width_mm: float) -> Array:
    """Share of each voxel inside a shape: a linear ramp as wide as a voxel, 0 to 1."""
    return np.asarray(np.clip(0.5 - distance / width_mm, 0, 1), np.float32)


def voxel_mm(grid: Grid) -> float:
    """Edge of a cube with the volume of a voxel, in mm."""
    return math.prod(grid.spacing_mm) ** (1 / 3)


def smooth_noise(grid: Grid, rng: np.random.Generator, scale_mm: Point) -> Array:
    """Gaussian noise with mean 0 and SD 1, smooth over `scale_mm` along RAS x, y, z.

    `scale_mm` is the SD of the smoothing kernel; the kernel axes follow the nearest grid axes.
    """
    along = np.abs(grid.direction).T @ np.asarray(scale_mm)
    sigma = along / np.asarray(grid.spacing_mm)
    white = rng.standard_normal(grid.shape, dtype=np.float32)
    field = ndimage.gaussian_filter(white, sigma, mode="wrap")
    return np.asarray((field - field.mean()) / field.std(), np.float32)
