"""Signed distances (mm, negative inside) to tumors of different shape."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from breastdce.core.grid import Grid
from breastdce.testing.learning.description import Lesion, LesionKind
from breastdce.testing.shapes import Array, Point, centers, ellipsoid, join, smooth_noise, tube

_NON_MASS_FILLING = 0.45  # share of its outline that a clump of foci fills


def mean_radius_mm(volume_ml: float) -> float:
    """Radius of the ball with this volume."""
    return math.cbrt(3 * volume_ml * 1000 / (4 * math.pi))


def main_part(lesion: Lesion, grid: Grid, center: Point, rng: np.random.Generator) -> Array:
    """Distance to the main part, moved out or in so that the volume is the one that was drawn."""
    distance = _SHAPES[lesion.kind](lesion, grid, center, rng)
    voxels = min(round(lesion.volume_ml / grid.voxel_ml), distance.size - 1)
    return np.asarray(distance - np.partition(distance, voxels, axis=None)[voxels], np.float32)


def satellites(
    lesion: Lesion, grid: Grid, center: Point, main: Array, rng: np.random.Generator
) -> Array:
    """Distance to the parts beside the main one; each a ball, its gap to the main part as drawn."""
    at, found = centers(grid), np.full(grid.shape, 1e3, np.float32)
    for radius, gap in lesion.satellites:
        way = _direction(rng)
        # Outward from the center until the main part is `gap` and a radius behind.
        for reach in np.arange(0.0, 90.0, 0.5):
            place = _moved(center, way, reach)
            if _value_at(main, grid, place) > gap + radius:
                found = np.minimum(found, ellipsoid(at, place, (radius,) * 3))
                break
    return found


def _oval(lesion: Lesion, grid: Grid, center: Point, rng: np.random.Generator) -> Array:
    radius = mean_radius_mm(lesion.volume_ml)
    a, b, c = (radius * share for share in lesion.elongation)
    return ellipsoid(_turned(grid, center, rng), (0, 0, 0), (a, b, c))


def _lobulated(lesion: Lesion, grid: Grid, center: Point, rng: np.random.Generator) -> Array:
    radius = mean_radius_mm(lesion.volume_ml)
    at = _turned(grid, center, rng)
    found = ellipsoid(at, (0, 0, 0), (0.75 * radius,) * 3)
    for _ in range(int(rng.integers(3, 7))):
        place = _moved((0, 0, 0), _direction(rng), 0.6 * radius)
        lobe = ellipsoid(at, place, (float(rng.uniform(0.4, 0.65)) * radius,) * 3)
        found = join(found, lobe, 0.15 * radius)
    return found


def _irregular(lesion: Lesion, grid: Grid, center: Point, rng: np.random.Generator) -> Array:
    radius = mean_radius_mm(lesion.volume_ml)
    rough = smooth_noise(grid, rng, (0.3 * radius,) * 3)
    fine = smooth_noise(grid, rng, (1.5, 1.5, 1.5))
    uneven = 0.25 * radius * rough + 0.7 * fine
    return np.asarray(_oval(lesion, grid, center, rng) + uneven, np.float32)


def _spiculated(lesion: Lesion, grid: Grid, center: Point, rng: np.random.Generator) -> Array:
    radius = mean_radius_mm(lesion.volume_ml)
    found = 0.1 * radius + _oval(lesion, grid, center, rng)
    found += 0.1 * radius * smooth_noise(grid, rng, (0.3 * radius,) * 3)
    at = centers(grid)
    for _ in range(int(rng.integers(6, 15))):
        tip = _moved(center, _direction(rng), float(rng.uniform(1.2, 1.7)) * radius)
        spike = tube(at, [center, tip], float(rng.uniform(0.7, 1.4)))
        found = join(found, spike, 1.5)
    return found


def _non_mass(lesion: Lesion, grid: Grid, center: Point, rng: np.random.Generator) -> Array:
    """Foci that touch one another, in an outline that is drawn out."""
    radius = mean_radius_mm(lesion.volume_ml / _NON_MASS_FILLING)
    at = _turned(grid, center, rng)
    axes = np.asarray(lesion.elongation) * radius
    found = np.full(grid.shape, 1e3, np.float32)
    clump = 0.14 * radius + 0.8
    for _ in range(int(rng.integers(30, 60))):
        way = np.asarray(_direction(rng)) * rng.uniform(0, 1) ** (1 / 3) * 0.85
        x, y, z = map(float, way * axes)
        focus = ellipsoid(at, (x, y, z), (float(rng.uniform(0.7, 1.2)) * clump,) * 3)
        found = join(found, focus, 2.0)
    return found


_SHAPES: Mapping[LesionKind, Callable[[Lesion, Grid, Point, np.random.Generator], Array]] = {
    "oval": _oval,
    "lobulated": _lobulated,
    "irregular": _irregular,
    "spiculated": _spiculated,
    "non_mass": _non_mass,
}


def _turned(grid: Grid, center: Point, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Positions relative to `center` along axes that are turned at random."""
    turn, _ = np.linalg.qr(rng.standard_normal((3, 3)))
    x, y, z = (p - np.float32(c) for p, c in zip(centers(grid), center, strict=True))
    t = turn.astype(np.float32)
    one, two, three = (t[row, 0] * x + t[row, 1] * y + t[row, 2] * z for row in range(3))
    return one, two, three


def _direction(rng: np.random.Generator) -> Point:
    x, y, z = rng.standard_normal(3)
    length = math.sqrt(x * x + y * y + z * z)
    return float(x / length), float(y / length), float(z / length)


def _moved(start: Point, way: Point, reach: float) -> Point:
    x, y, z = (s + reach * w for s, w in zip(start, way, strict=True))
    return float(x), float(y), float(z)


def _value_at(field: Array, grid: Grid, place: Point) -> float:
    """Value of the nearest voxel; outside the grid that of its border."""
    index = np.linalg.solve(grid.affine, [*place, 1.0])[:3]
    i, j, k = np.clip(np.rint(index), 0, np.asarray(grid.shape) - 1).astype(int)
    return float(field[i, j, k])
