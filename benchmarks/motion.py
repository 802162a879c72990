"""Motion of full-size phantoms, known and corrected: errors before and after, lesion, CPU time.

    OMP_NUM_THREADS=1 python benchmarks/motion.py [--quick | --all | --fresh]

Prints one line a phase and motion: all in sagittal geometry, one in axial geometry (`--all`:
all in both; `--quick`: voxels half as large again along each axis; `--fresh`: other phantoms and
motions, which had no part in the choice of parameters).

The error is the distance of where the transform finds tissue from where it is, inside the breast.
Two volumes of the lesion are compared with that of the phantom without motion. The carried volume
is that of the true lesion, moved by the true motion and back by the transform found: what the
correction does to tissue, without noise. The PE volume is that of percent enhancement of 70 % or
more near the lesion, as it was found before correction, after it, and after an exact one: the true
motion undone by the same interpolation. An exact correction does not give the volume of the unmoved
phantom, since the scan of a moved lesion by slices of 4 mm mixes border and surroundings in other
shares. The last line is the median error before correction over that after it.
"""

from __future__ import annotations

import sys
import time
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from breastdce.core.exam import Dynamic
from breastdce.core.grid import FloatArray, Grid
from breastdce.core.transform import Transform
from breastdce.core.volume import Mask, Volume
from breastdce.imaging.warp import displacement_mm
from breastdce.prepare.motion.correct import correct
from breastdce.prepare.motion.params import MotionParams
from breastdce.testing import PhantomParams, Truth, phantom_grid
from breastdce.testing.motion import (
    Displacement,
    make_moving_phantom,
    positions_mm,
    rigid_move,
    shear_wave,
)

TIMES_S = (-60.0, 90.0, 450.0)
CHEST_WALL_MM = 3.0
NEAR_MM = 6.0
CENTER = (78.0, 50.0, -5.0)
MOVES: dict[str, Displacement | None] = {
    "none, seed 1": None,
    "none, seed 2": None,
    "rigid 3 mm, 1.2 deg": rigid_move((2.0, -1.5, 1.2), (1.0, -0.8, 1.2), CENTER),
    "rigid 5 mm, 2 deg": rigid_move((4.0, -2.0, 2.2), (2.0, -1.0, 1.0), CENTER),
    "rigid 1 mm": rigid_move((0.6, 0.6, -0.6), (0.0, 0.0, 0.0), CENTER),
    "slide 4 mm over 150 mm": shear_wave(4.0, 2, 1, 150.0),
    "slide 3 mm over 130 mm": shear_wave(3.0, 0, 2, 130.0),
    "slide 2.5 mm over 100 mm": shear_wave(2.5, 1, 2, 100.0),
}


class Case(NamedTuple):
    """A phantom and its motion."""

    sagittal: bool
    seed: int
    move: Displacement | None
    params: PhantomParams


def _both(one: Displacement, other: Displacement) -> Displacement:
    return lambda moved: one(moved) + other(moved)


FRESH = {
    "slide 3.5 mm over 140 mm": Case(
        True, 21, shear_wave(3.5, 1, 2, 140.0), PhantomParams(density=0.6)
    ),
    "slide 2.5 mm over 100 mm": Case(True, 22, shear_wave(2.5, 0, 2, 100.0), PhantomParams()),
    "slide 2.5 mm over 120 mm": Case(False, 23, shear_wave(2.5, 1, 0, 120.0), PhantomParams()),
    "slide 3 mm over 130 mm": Case(
        True, 24, shear_wave(3.0, 0, 1, 130.0), PhantomParams(lesion_radius_mm=9.0)
    ),
    "two slides, 120 and 144 mm": Case(
        True,
        25,
        _both(shear_wave(2.5, 1, 2, 120.0), shear_wave(1.25, 2, 1, 144.0)),
        PhantomParams(),
    ),
    "slide 4 mm over 160 mm": Case(False, 26, shear_wave(4.0, 1, 2, 160.0), PhantomParams()),
    "slide 2.5 mm over 95 mm": Case(
        True, 27, shear_wave(2.5, 2, 1, 95.0), PhantomParams(density=0.4)
    ),
    "none, sagittal": Case(True, 28, None, PhantomParams()),
    "none, axial": Case(False, 29, None, PhantomParams(density=0.6)),
}
AXIAL = ("rigid 3 mm, 1.2 deg",)


def main() -> None:
    """Print the table and the ratio."""
    before: list[float] = []
    after: list[float] = []
    print(
        "geometry  motion                     phase  verdict    error before     after  "
        "carried   PE volume before    after    exact  CPU s"
    )
    for name, case in _cases():
        errors = _one(name, case, 1.5 if "--quick" in sys.argv else 1.0)
        if case.move is not None:
            before += [error for error, _ in errors]
            after += [error for _, error in errors]
    print(f"ratio {np.median(before) / np.median(after):.1f}")


def _cases() -> list[tuple[str, Case]]:
    if "--fresh" in sys.argv:
        return list(FRESH.items())
    return [
        (name, Case(sagittal, 1 + number % 2, move, PhantomParams()))
        for sagittal in (True, False)
        for number, (name, move) in enumerate(MOVES.items())
        if sagittal or name in AXIAL or "--all" in sys.argv
    ]


def _grid(grid: Grid, coarser: float) -> Grid:
    i, j, k = (max(2, int(n / coarser)) for n in grid.shape)
    x, y, z = (step * coarser for step in grid.spacing_mm)
    return Grid((i, j, k), (x, y, z), grid.direction.copy(), grid.origin_mm)


def _one(name: str, case: Case, coarser: float) -> list[tuple[float, float]]:
    grid = _grid(phantom_grid("demo", sagittal=case.sagittal), coarser)
    move = case.move
    phantom, still = (
        make_moving_phantom(
            grid, TIMES_S, case.params, np.random.default_rng(case.seed), (None, each, each)
        )
        for each in (move, None)
    )
    at = positions_mm(grid)
    breast = np.asfortranarray((phantom.truth.labels > 0) & (at[..., 1] > CHEST_WALL_MM))
    native = Dynamic(tuple(Volume(np.asfortranarray(one), grid) for one in phantom.images))
    started = time.process_time()
    found = correct(native, 0, Mask(breast, grid), "breast", MotionParams())
    seconds = time.process_time() - started
    rows = []
    for index in (1, 2):
        transform = found.transforms[index] or Transform()
        errors = [_error(one, grid, at, breast, move) for one in (Transform(), transform)]
        true = _lesion_ml(native.phases[0].data, still.images[index], phantom.truth)
        volumes = [
            _lesion_ml(native.phases[0].data, data, phantom.truth)
            for data in (phantom.images[index], found.aligned.phases[index].data)
        ]
        exact = _exact(phantom.images[index], grid, at, move)
        volumes.append(_lesion_ml(native.phases[0].data, exact, phantom.truth))
        before, after, best = (100 * (volume / true - 1) for volume in volumes)
        carried = 100 * (_carried(transform, at, move, phantom.truth) - 1)
        motion = found.report.phases[index]
        geometry = "sagittal" if case.sagittal else "axial"
        print(
            f"{geometry:9} {name:26} {index:5}  {motion.verdict:10} {errors[0]:9.2f} mm "
            f"{errors[1]:6.2f} mm {carried:6.1f} % {before:16.1f} % {after:6.1f} % {best:6.1f} % "
            f"{seconds:6.1f}",
            flush=True,
        )
        rows.append((errors[0], errors[1]))
    return rows


def _error(
    transform: Transform, grid: Grid, at: FloatArray, inside: np.ndarray, move: Displacement | None
) -> float:
    """Median over the breast, mm."""
    moved = displacement_mm(transform, grid)[inside]
    true = move(at[inside] + moved) if move is not None else 0.0
    return float(np.median(np.linalg.norm(moved - true, axis=-1)))


def _exact(image: np.ndarray, grid: Grid, at: FloatArray, move: Displacement | None) -> np.ndarray:
    """The image with the true motion undone, by cubic splines as in `correct`."""
    if move is None:
        return image
    found = at
    for _ in range(10):  # tissue of x is found at y = x + displacement(y)
        found = at + move(found)
    back = ndimage.map_coordinates(image, _index(found, grid), order=3, mode="nearest")
    return np.asarray(np.clip(back, image.min(), image.max()))


def _carried(
    transform: Transform, at: FloatArray, move: Displacement | None, truth: Truth
) -> float:
    """Volume of the true lesion after motion and correction over that before; shares of voxels."""
    seen = at + displacement_mm(transform, truth.grid)
    came_from = seen - move(seen) if move is not None else seen
    lesion = np.asarray(truth.lesion, np.float32)
    carried = ndimage.map_coordinates(lesion, _index(came_from, truth.grid), order=1)
    return float(carried.sum(dtype=np.float64) / lesion.sum(dtype=np.float64))


def _index(at: FloatArray, grid: Grid) -> FloatArray:
    index = (at - grid.origin_mm) @ grid.direction / grid.spacing_mm
    return np.asarray(np.moveaxis(index, 3, 0))


def _lesion_ml(pre: np.ndarray, post: np.ndarray, truth: Truth) -> float:
    distance = ndimage.distance_transform_edt(~truth.lesion, truth.grid.spacing_mm)
    near = (distance <= NEAR_MM) & (pre > 0)
    enhanced = near & (post >= (1 + truth.pe_percent / 100) * pre)
    return float(enhanced.sum() * truth.grid.voxel_ml)


if __name__ == "__main__":
    main()
