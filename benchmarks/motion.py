"""Motion of full-size phantoms, known and corrected: errors before and after, lesion, CPU time.

    OMP_NUM_THREADS=1 python benchmarks/motion.py [--quick]

Prints one line a phase and motion. The error is the distance of where the transform finds tissue
from where it is, inside the breast; lesion volume is that of percent enhancement of 70 % or more
near the lesion, against the same phantom without motion. `--quick` uses half of the voxels along
each axis. The last line is the median error before correction over that after it.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from scipy import ndimage

from breastdce.core.exam import Dynamic
from breastdce.core.grid import FloatArray, Grid
from breastdce.core.transform import Transform
from breastdce.core.volume import Mask, Volume
from breastdce.imaging import itk
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


def main() -> None:
    """Print the table and the ratio."""
    quick = "--quick" in sys.argv
    before: list[float] = []
    after: list[float] = []
    print(
        "geometry  motion                     phase  verdict    error before     after  "
        "lesion volume   PE volume before    after  CPU s"
    )
    for geometry, sagittal in (("sagittal", True), ("axial", False)):
        grid = _grid(phantom_grid("demo", sagittal=sagittal), 1.5 if quick else 1.0)
        for number, (name, move) in enumerate(MOVES.items()):
            errors = _one(geometry, name, grid, move, 1 + number % 2)
            if move is not None:
                before += [error for error, _ in errors]
                after += [error for _, error in errors]
    print(f"ratio {np.median(before) / np.median(after):.1f}")


def _grid(grid: Grid, coarser: float) -> Grid:
    i, j, k = (max(2, int(n / coarser)) for n in grid.shape)
    x, y, z = (step * coarser for step in grid.spacing_mm)
    return Grid((i, j, k), (x, y, z), grid.direction.copy(), grid.origin_mm)


def _one(
    geometry: str, name: str, grid: Grid, move: Displacement | None, seed: int
) -> list[tuple[float, float]]:
    rng = np.random.default_rng(seed)
    phantom = make_moving_phantom(grid, TIMES_S, PhantomParams(), rng, (None, move, move))
    still = make_moving_phantom(
        grid, TIMES_S, PhantomParams(), np.random.default_rng(seed), (None, None, None)
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
        motion = found.report.phases[index]
        lesion = 0.0 if motion.change is None else motion.change.lesion_change
        print(
            f"{geometry:9} {name:26} {index:5}  {motion.verdict:10} {errors[0]:9.2f} mm "
            f"{errors[1]:6.2f} mm {100 * lesion:12.1f} % "
            f"{100 * (volumes[0] / true - 1):16.1f} % {100 * (volumes[1] / true - 1):6.1f} % "
            f"{seconds:6.1f}",
            flush=True,
        )
        rows.append((errors[0], errors[1]))
    return rows


def _error(
    transform: Transform, grid: Grid, at: FloatArray, inside: np.ndarray, move: Displacement | None
) -> float:
    """Median over the breast, mm."""
    moved = itk.displacement_mm(transform, grid)[inside]
    true = move(at[inside] + moved) if move is not None else 0.0
    return float(np.median(np.linalg.norm(moved - true, axis=-1)))


def _lesion_ml(pre: np.ndarray, post: np.ndarray, truth: Truth) -> float:
    distance = ndimage.distance_transform_edt(~truth.lesion, truth.grid.spacing_mm)
    near = (distance <= NEAR_MM) & (pre > 0)
    enhanced = near & (post >= (1 + truth.pe_percent / 100) * pre)
    return float(enhanced.sum() * truth.grid.voxel_ml)


if __name__ == "__main__":
    main()
