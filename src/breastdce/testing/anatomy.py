"""Where each tissue is: a woman lying prone, both breasts hanging into the coil, in RAS+ mm.

The chest wall is near y = 0, anterior is +y, the breasts are at +x (right) and -x (left).
A grid sees what it covers: a sagittal slab one breast, an axial slab both and the thorax.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import Grid
from breastdce.testing.curves import Tissue
from breastdce.testing.params import PhantomParams
from breastdce.testing.shapes import (
    Array,
    Point,
    centers,
    coverage,
    ellipsoid,
    join,
    smooth_noise,
    tube,
    voxel_mm,
)

At = tuple[Array, Array, Array]
SIDES = {"R": 1.0, "L": -1.0}
TRUNK = ((0.0, -105.0, 0.0), (150.0, 112.0, 400.0), 2.6)
WALL = ((0.0, -112.0, 0.0), (136.0, 100.0, 400.0), 2.4)
"""Trunk without breasts, front of the pectoral muscle: center, radii and power of ellipsoids."""
_LATERAL_MM, _RISE_MM = 30.0, 10.0
_FAR_MM = 1e3
_LOBULE_MM = 7.0  # mm for one SD of the lobule noise: its slope is then near 1 at a surface


def tissue_shares(grid: Grid, params: PhantomParams, rng: np.random.Generator) -> Array:
    """Share of each voxel that each tissue takes.

    Returns
    -------
    numpy.ndarray
        float32, shape (tissues, i, j, k) in the order of `Tissue`; sums to 1 in every voxel.
    """
    at = centers(grid)
    body = body_distance(at, params)
    layers = [
        (Tissue.FAT, body),
        (Tissue.SKIN, skin_distance(at, body, params)),
        (Tissue.GLAND, gland_distance(grid, at, params, rng)),
        *thorax_layers(at),
        (Tissue.BLOOD, _vessels(at, params)),
        *_lesions(grid, at, params, rng),
    ]
    shares = np.zeros((len(Tissue), *grid.shape), np.float32)
    shares[Tissue.AIR] = 1
    inside = coverage(body, voxel_mm(grid))
    for tissue, distance in layers:
        cover = np.minimum(coverage(distance, voxel_mm(grid)), inside)
        shares *= 1 - cover
        shares[tissue] += cover
    return shares


def nipple(params: PhantomParams, side: str) -> Point:
    """Position of the tip of a breast, RAS+ mm."""
    return (SIDES[side] * params.breast_offset_mm, params.breast_depth_mm, -5.0)


def body_distance(at: At, params: PhantomParams) -> Array:
    """Signed distance in mm to the trunk with both breasts, negative inside."""
    trunk = ellipsoid(at, *TRUNK[:2], power=TRUNK[2])
    for side in SIDES:
        radii = (params.breast_width_mm / 2, params.breast_depth_mm, params.breast_height_mm / 2)
        x, y, z = nipple(params, side)
        breast = ellipsoid(at, (x, 0, z), radii, power=2.2)
        tip = ellipsoid(at, (x, y, z), (6, 6, 6))
        trunk = join(trunk, join(breast, tip, 8), 30)
    return trunk


def skin_distance(at: At, body: Array, params: PhantomParams) -> Array:
    """Shell of even thickness, thicker behind the nipples."""
    thickness = np.full(body.shape, params.skin_mm, np.float32)
    for side in SIDES:
        near = ellipsoid(at, nipple(params, side), (14, 14, 14))
        thickness += np.where(near < 0, 2.0, 0.0).astype(np.float32)
    return -body - thickness


def gland_distance(grid: Grid, at: At, params: PhantomParams, rng: np.random.Generator) -> Array:
    """Lobules in a cone behind each nipple, drawn out along it, with strands into the fat."""
    lobules = 0.85 * smooth_noise(grid, rng, (4.5, 9, 4.5))
    lobules += 0.5 * smooth_noise(grid, rng, (1.8, 3, 1.8))
    strands = 8 * np.abs(smooth_noise(grid, rng, (7, 14, 7))) - 0.4
    gland = np.full(grid.shape, _FAR_MM, np.float32)
    for side in SIDES:
        x, y, z = nipple(params, side)
        reach = (0.38 * params.breast_width_mm, 0.44 * y, 0.38 * params.breast_height_mm)
        cone = ellipsoid(at, (x, 0.55 * y, z), reach)
        # Half of the cone is gland at density 0.5, more toward its middle.
        fatty = _LOBULE_MM * (1.9 - 2.4 * params.density - lobules) + 0.35 * cone
        lobular = np.maximum(cone - 3 * lobules, fatty)
        gland = np.minimum(gland, np.minimum(lobular, np.maximum(strands, cone)))
    return gland


def thorax_layers(at: At) -> list[tuple[Tissue, Array]]:
    """Pectoral muscle, ribs, lungs and heart behind the breasts."""
    x, _, z = at
    wall = ellipsoid(at, *WALL[:2], power=WALL[2])
    cavity = ellipsoid(at, (0, -116, 0), (119, 86, 400), power=2.3)
    pitch = 24.0  # mm from rib to rib
    slope = z + 0.25 * np.abs(x)
    across = np.abs((slope + pitch / 2) % pitch - pitch / 2)
    ribs = np.hypot(across, 1.3 * (wall + 10.0)) - 5.5
    sternum = ellipsoid(at, (0, -25, 0), (18, 6, 400), power=3)
    mediastinum = ellipsoid(at, (-12, -100, 0), (44, 74, 400), power=2.2)
    heart = ellipsoid(at, (-28, -72, -15), (62, 38, 55), power=2.2)
    chambers = ellipsoid(at, (-28, -74, -15), (52, 29, 46), power=2.2)
    aorta = tube(at, [(-22, -150, -300), (-22, -150, 300)], 11.0)
    return [
        (Tissue.MUSCLE, wall),
        (Tissue.BONE, np.minimum(ribs, sternum)),
        (Tissue.LUNG, cavity),
        (Tissue.MUSCLE, np.minimum(np.maximum(mediastinum, cavity), heart)),
        (Tissue.BLOOD, np.minimum(chambers, aorta)),
    ]


def _vessels(at: At, params: PhantomParams) -> Array:
    """Internal mammary vessels beside the sternum and one vein under the skin of each breast."""
    paths: list[tuple[list[Point], float]] = []
    for sign in SIDES.values():
        out, deep = sign * params.breast_offset_mm, params.breast_depth_mm
        paths.append(([(sign * 24, -22, -300), (sign * 24, -22, 300)], 2.2))
        lateral = sign * 0.36 * params.breast_width_mm
        vein = [
            (out + lateral, 0.05 * deep, 28.0),
            (out + 0.95 * lateral, 0.3 * deep, 20.0),
            (out + 0.75 * lateral, 0.55 * deep, 22.0),
            (out + 0.45 * lateral, 0.78 * deep, 8.0),
        ]
        paths.append((vein, 1.6))
    tubes = [tube(at, path, radius) for path, radius in paths]
    return np.asarray(np.minimum.reduce(tubes), np.float32)


def lesion_center(params: PhantomParams) -> Point:
    """Center of the main lesion, RAS+ mm."""
    x, _, z = nipple(params, params.lesion_side)
    lateral, anterior, superior = params.lesion_mm
    return (x + SIDES[params.lesion_side] * lateral, anterior, z + superior)


def _lesions(
    grid: Grid, at: At, params: PhantomParams, rng: np.random.Generator
) -> list[tuple[Tissue, Array]]:
    """Rim and two halves of the core, a satellite within 2 cm, a stray focus beyond it."""
    radius = params.lesion_radius_mm
    center = lesion_center(params)
    border = 0.12 * radius * smooth_noise(grid, rng, (6, 6, 6))
    mass = ellipsoid(at, center, (radius, 1.15 * radius, 0.95 * radius)) + border
    core = mass + params.rim_mm
    half = 4 * smooth_noise(grid, rng, (5, 5, 5)) + (at[1] - center[1])
    satellite, stray = (
        ellipsoid(at, _toward_chest(params, gap + focus), (focus, focus, focus))
        for gap, focus in (
            (params.satellite_gap_mm, params.satellite_radius_mm),
            (params.stray_gap_mm, params.stray_radius_mm),
        )
    )
    return [
        (Tissue.RIM, mass),
        (Tissue.CORE_PLATEAU, core),
        (Tissue.CORE_PERSISTENT, np.maximum(core, half)),
        (Tissue.SATELLITE, satellite),
        (Tissue.STRAY, stray),
    ]


def _toward_chest(params: PhantomParams, distance_mm: float) -> Point:
    """Point at `distance_mm` from the lesion's surface, medial, posterior and below it."""
    x, y, z = lesion_center(params)
    medial = -SIDES[params.lesion_side]
    way = np.array([medial * 0.55, -0.55, -0.63])
    reach = params.lesion_radius_mm + distance_mm
    step = way / np.linalg.norm(way) * reach
    return (x + float(step[0]), y + float(step[1]), z + float(step[2]))


def label_map(shares: Array) -> NDArray[np.uint8]:
    """Tissue with the largest share in each voxel, uint8, values of `Tissue`."""
    return np.asarray(shares.argmax(axis=0), np.uint8)


def breast_truth(grid: Grid, params: PhantomParams) -> dict[str, NDArray[np.bool_]]:
    """What a reader would outline as each breast, by side: bool [i, j, k], skin included.

    Body in front of the pectoral muscle, where the skin stands at least 10 mm before the trunk:
    there the contour of a breast leaves that of the chest. At the sides, where there is no muscle
    behind it, a breast ends 30 mm behind the front of the chest wall. What lies outside the grid
    is not there.
    """
    x, y, _ = at = centers(grid)
    body = body_distance(at, params)
    front = WALL[0][1] + WALL[1][1]
    held = (body < 0) & (ellipsoid(at, *WALL[:2], power=WALL[2]) > 0) & (y > front - _LATERAL_MM)
    along = int(np.abs(grid.direction[1]).argmax())
    risen = (body < 0) & (y > front) & (ellipsoid(at, *TRUNK[:2], power=TRUNK[2]) > _RISE_MM)
    base = np.broadcast_to(risen.any(axis=along, keepdims=True), grid.shape)
    found = {}
    for side, sign in SIDES.items():
        found[side] = np.asarray(held & base & (x * sign > 0))
    return found
