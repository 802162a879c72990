"""From a description to signal: layers of tissue over one another, then what a scanner does."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from breastdce.core.grid import Grid
from breastdce.testing import anatomy
from breastdce.testing.anatomy import At
from breastdce.testing.curves import Curve, Tissue
from breastdce.testing.learning.description import Description, Uptake
from breastdce.testing.learning.shapes_of_lesions import main_part, mean_radius_mm, satellites
from breastdce.testing.motion import Displacement, positions_mm, rigid_move, shear_wave
from breastdce.testing.scanner import acquire, coil_shading
from breastdce.testing.shapes import (
    Array,
    Point,
    centers,
    coverage,
    ellipsoid,
    smooth_noise,
    tube,
    voxel_mm,
)

GLAND = 300.0
"""Signal of gland before contrast, in units of the unshaded image."""
_BLOOD = Uptake(amplitude=3.0, uptake_s=15.0, washout_per_s=0.0006)
_FAR_FROM_TUMOR_MM = 25.0


class Rendered(NamedTuple):
    """Three measured phases and what is true of them, on one grid."""

    phases: tuple[Array, Array, Array]
    label: NDArray[np.bool_]
    """The tumor where the first post-contrast phase has it."""
    center: Point
    """Of the tumor's main part, RAS+ mm."""


class _Layer(NamedTuple):
    """A tissue: where it is, its signal before contrast and its enhancement in each phase."""

    distance: Array
    baseline: float | Array
    enhancement: tuple[float | Array, ...]


def render(grid: Grid, what: Description, rng: np.random.Generator) -> Rendered:
    """Make the images of an exam; `rng` is used up in one order, so equal states give equal bytes.

    Raises
    ------
    ValueError
        The grid sees no breast tissue that could hold the tumor.
    """
    at = centers(grid)
    body = anatomy.body_distance(at, what.anatomy)
    gland = anatomy.gland_distance(grid, at, what.anatomy, rng)
    center = _place(grid, at, body, what, rng)
    shape_rng = np.random.default_rng(what.lesion.seed)
    main = main_part(what.lesion, grid, center, shape_rng)
    beside = satellites(what.lesion, grid, center, main, shape_rng)
    tumor = np.minimum(main, beside)
    layers = [
        *_tissues(grid, at, body, gland, what, rng),
        *_vessels(at, center, what, rng),
        *_spots(at, body, gland, tumor, what, rng),
        *_tumor(grid, main, tumor, what, shape_rng),
    ]
    inside = coverage(body, voxel_mm(grid))
    phases = _composed(grid, layers, inside)
    moves = [None, *(_move(grid, move) for move in what.acquisition.moves)]
    share = np.minimum(coverage(tumor, voxel_mm(grid)), inside)
    measured = _measured(grid, phases, moves, body, what, rng)
    label = _warped(share, grid, moves[1]) >= 0.5
    return Rendered(measured, label, center)


def _place(grid: Grid, at: At, body: Array, what: Description, rng: np.random.Generator) -> Point:
    """A voxel deep enough in the breast, not too near the border of the grid, at random."""
    radius = mean_radius_mm(what.lesion.volume_ml)
    wall = ellipsoid(at, *anatomy.WALL[:2], power=anatomy.WALL[2])
    front = at[1] > anatomy.WALL[0][1] + anatomy.WALL[1][1] - 10  # before the chest
    own = at[0] * anatomy.SIDES[what.anatomy.lesion_side] > 0
    for ease in (1.0, 0.7, 0.4, 0.1):
        deep = (body < -(0.9 * ease * radius + 3)) & (wall > ease * radius - 2) & front & own
        inner = np.zeros(grid.shape, bool)
        margin = [
            min(n // 2 - 1, math.ceil((0.9 * radius * ease + 2) / s))
            for n, s in zip(grid.shape, grid.spacing_mm, strict=True)
        ]
        inner[tuple(slice(m, n - m) for m, n in zip(margin, grid.shape, strict=True))] = True
        places = np.flatnonzero(deep & inner)
        if places.size:
            index = np.unravel_index(int(rng.choice(places)), grid.shape)
            x, y, z = (float(p[index]) for p in at)
            return x, y, z
    raise ValueError("no room for a tumor on this grid")


def _tissues(
    grid: Grid, at: At, body: Array, gland: Array, what: Description, rng: np.random.Generator
) -> list[_Layer]:
    contrast, decoys, times = what.contrast, what.decoys, what.acquisition.times_s
    mottle = 1 + 0.06 * np.clip(smooth_noise(grid, rng, (1.5, 1.5, 1.5)), -2.5, 2.5)
    patches = np.exp(decoys.gland_patchiness * smooth_noise(grid, rng, (4, 4, 4)))
    patches = np.minimum(patches, np.float32(3)).astype(np.float32)
    flat = tuple(0.0 for _ in times)
    skin = Uptake(amplitude=0.5 * decoys.gland.amplitude + 0.2, uptake_s=150.0)
    muscle = Uptake(amplitude=0.2, uptake_s=200.0)
    layers = [
        _Layer(body, GLAND * contrast.fat * mottle, flat),
        _Layer(_septa(grid, rng), GLAND * 0.8, flat),
        _Layer(anatomy.skin_distance(at, body, what.anatomy), GLAND * 0.95, _over(skin, times)),
        _Layer(gland, GLAND * mottle, tuple(e * patches for e in _over(decoys.gland, times))),
    ]
    signal = {
        Tissue.MUSCLE: (GLAND * contrast.muscle, _over(muscle, times)),
        Tissue.BONE: (GLAND * 0.25, flat),
        Tissue.LUNG: (GLAND * 0.1, flat),
        Tissue.BLOOD: (GLAND * 0.3, _over(_BLOOD, times)),
    }
    thorax = [_Layer(distance, *signal[tissue]) for tissue, distance in anatomy.thorax_layers(at)]
    return [*layers, *thorax]


def _septa(grid: Grid, rng: np.random.Generator) -> Array:
    """Thin sheets of connective tissue through the fat: where smooth noise changes its sign."""
    sheets = np.abs(smooth_noise(grid, rng, (3.5, 6, 3.5))) * np.float32(4) - np.float32(0.15)
    gaps = smooth_noise(grid, rng, (5, 5, 5))
    return np.asarray(np.maximum(sheets, np.float32(2) * gaps), np.float32)


def _vessels(at: At, center: Point, what: Description, rng: np.random.Generator) -> list[_Layer]:
    """Veins under the skin and toward the nipple, each a bent line; one may feed the tumor."""
    params, decoys = what.anatomy, what.decoys
    layers = []
    for number in range(decoys.vessels):
        side = "R" if rng.random() < 0.5 else "L"
        x, deep, z = anatomy.nipple(params, side)
        half = np.array([params.breast_width_mm / 2, deep, params.breast_height_mm / 2])
        start = np.array([x, 0, z]) + half * (rng.uniform(-0.8, 0.8), 0.05, rng.uniform(-0.8, 0.8))
        end = np.array([x, 0, z]) + half * (rng.uniform(-0.4, 0.4), 0.8, rng.uniform(-0.4, 0.4))
        if number == 0 and rng.random() < 0.5:
            end = np.asarray(center)
        bends = [start + (end - start) * t + rng.normal(0, 5, 3) for t in (0.3, 0.6)]
        path = [_point(place) for place in (start, *bends, end)]
        radius = decoys.vessel_radius_mm * rng.uniform(0.6, 1.2)
        layers.append(tube(at, path, float(radius)))
    enhancement = _over(_BLOOD, what.acquisition.times_s)
    return [_Layer(np.minimum.reduce(layers), GLAND * 0.4, enhancement)] if layers else []


def _spots(
    at: At, body: Array, gland: Array, tumor: Array, what: Description, rng: np.random.Generator
) -> list[_Layer]:
    """Foci in the gland and a lymph node under the skin: they enhance, and are not the tumor."""
    times, decoys = what.acquisition.times_s, what.decoys
    layers = []
    far = tumor > _FAR_FROM_TUMOR_MM
    for radii, count, where, uptake in (
        ((1.5, 3.0), decoys.foci, far & (gland < 0), Uptake(amplitude=1.4, uptake_s=120.0)),
        (
            (decoys.node_mm, decoys.node_mm),
            int(decoys.node_mm > 0),
            far & (body < -8) & (body > -16) & (at[1] < 40),
            Uptake(amplitude=2.2, uptake_s=35.0, washout_per_s=0.0008),
        ),
    ):
        places = np.flatnonzero(where)
        for _ in range(count if places.size else 0):
            index = np.unravel_index(int(rng.choice(places)), tumor.shape)
            radius = float(rng.uniform(*radii))
            spot = ellipsoid(at, _point([p[index] for p in at]), (radius,) * 3)
            layers.append(_Layer(spot, GLAND * float(rng.uniform(0.9, 1.1)), _over(uptake, times)))
    return layers


def _tumor(
    grid: Grid, main: Array, tumor: Array, what: Description, rng: np.random.Generator
) -> list[_Layer]:
    lesion, times = what.lesion, what.acquisition.times_s
    texture = smooth_noise(grid, rng, (2.0, 2.0, 2.0))
    texture = np.clip(1 + lesion.heterogeneity * texture, 0.2, 2).astype(np.float32)
    baseline = GLAND * what.contrast.lesion
    layers = [_Layer(tumor, baseline, tuple(e * texture for e in _over(lesion.uptake, times)))]
    if lesion.necrosis:
        core = main + (1 - lesion.necrosis) * mean_radius_mm(lesion.volume_ml)
        dead = Uptake(amplitude=0.15 * lesion.uptake.amplitude, uptake_s=200.0)
        layers.append(_Layer(core, 0.85 * baseline, _over(dead, times)))
    return layers


def _composed(grid: Grid, layers: list[_Layer], inside: Array) -> list[Array]:
    """Signal of each phase: later layers cover earlier ones by their share of the voxel."""
    phases = [np.zeros(grid.shape, np.float32) for _ in layers[0].enhancement]
    for layer in layers:
        cover = np.minimum(coverage(layer.distance, voxel_mm(grid)), inside)
        some = cover > 0
        part = cover[some]
        baseline = _values(layer.baseline, some)
        for phase, enhancement in zip(phases, layer.enhancement, strict=True):
            signal = baseline * (1 + _values(enhancement, some))
            phase[some] = phase[some] * (1 - part) + part * signal
    return phases


def _values(value: float | Array, some: NDArray[np.bool_]) -> np.float32 | Array:
    return value[some] if isinstance(value, np.ndarray) else np.float32(value)


def _over(uptake: Uptake, times_s: tuple[float, ...]) -> tuple[float, ...]:
    curve = Curve(1.0, uptake.amplitude, uptake.uptake_s, uptake.washout_per_s)
    return tuple(curve.enhancement(time_s) for time_s in times_s)


def _move(grid: Grid, move: tuple[Point, Point, float]) -> Displacement | None:
    translation, angles, slide = move
    if not slide:
        return None
    middle = grid.affine @ [*((n - 1) / 2 for n in grid.shape), 1]
    rigid = rigid_move(translation, angles, _point(middle[:3]))
    wave = shear_wave(slide, 1, 2, 90.0)
    return lambda moved: rigid(moved) + wave(moved)


def _warped(values: Array, grid: Grid, move: Displacement | None) -> Array:
    if move is None:
        return values
    at = positions_mm(grid)
    index = (at - move(at) - grid.origin_mm) @ grid.direction / grid.spacing_mm
    moved = ndimage.map_coordinates(values, np.moveaxis(index, 3, 0), order=1, mode="nearest")
    return np.asarray(moved, np.float32)


def _measured(
    grid: Grid,
    phases: list[Array],
    moves: list[Displacement | None],
    body: Array,
    what: Description,
    rng: np.random.Generator,
) -> tuple[Array, Array, Array]:
    """Moved, blurred, sliced, shaded and noisy, phase by phase."""
    shading = coil_shading(grid, body < -4, what.contrast.shading_cv)
    sigma = [what.contrast.blur_mm / step for step in grid.spacing_mm]
    images = []
    for phase, move in zip(phases, moves, strict=True):
        sharp = _warped(phase, grid, move)
        seen = np.asarray(ndimage.gaussian_filter(sharp, sigma, mode="nearest"), np.float32)
        noisy = acquire(seen, shading, GLAND * what.contrast.noise, rng)
        images.append(_through_slices(grid, noisy, what))
    first, second, third = images
    return first, second, third


def _through_slices(grid: Grid, values: Array, what: Description) -> Array:
    """Means over slices of the drawn thickness, brought back to the grid linearly."""
    axis = 0 if what.acquisition.plane == "sagittal" else 2
    step = what.acquisition.slice_mm / grid.spacing_mm[axis]
    count = values.shape[axis]
    slices = max(2, round(count / step))
    edges = np.linspace(0, count, slices + 1)
    whole = np.cumsum(values, axis=axis, dtype=np.float64)
    whole = np.concatenate([np.zeros_like(whole.take([0], axis)), whole], axis)
    low = np.floor(edges).astype(int)
    share = np.expand_dims(edges - low, tuple(a for a in range(3) if a != axis))
    at_edges = (
        whole.take(low, axis) * (1 - share) + whole.take(np.minimum(low + 1, count), axis) * share
    )
    means = np.diff(at_edges, axis=axis) / (count / slices)
    places = (np.arange(count) + 0.5) * slices / count - 0.5
    below = np.clip(np.floor(places), 0, slices - 2).astype(int)
    up = np.expand_dims(np.clip(places - below, 0, 1), tuple(a for a in range(3) if a != axis))
    back = means.take(below, axis) * (1 - up) + means.take(below + 1, axis) * up
    return np.asarray(back, np.float32)


def _point(values: NDArray[np.float64] | list[np.float32]) -> Point:
    x, y, z = map(float, values)
    return x, y, z
