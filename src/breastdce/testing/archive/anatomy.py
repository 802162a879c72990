"""Patients small enough for a trial of hundreds of exams: one breast or two, four visits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from breastdce.core.grid import Grid
from breastdce.testing.archive.makers import Maker
from breastdce.testing.params import PhantomParams
from breastdce.testing.phantom import Phantom, make_phantom

Size = Literal["tiny", "small", "real"]
Side = Literal["R", "L"]
_SHRINK = (1.0, 0.9, 0.75, 0.6)
"""Radius of the lesion at each visit, relative to the first: treatment works."""
_MIDDLE_MM = -5.0


@dataclass(frozen=True, slots=True)
class _Scale:
    sagittal: tuple[tuple[int, int, int], tuple[float, float, float]]
    axial: tuple[tuple[int, int, int], tuple[float, float, float]]
    front_mm: float
    breast: tuple[float, float, float, float]
    """Width, height, depth, offset from the midline, mm."""
    lesion: tuple[float, float, float]
    """Lateral of the nipple, in front of the chest wall, above it, mm."""


_SCALES: dict[Size, _Scale] = {
    "tiny": _Scale(
        ((44, 44, 14), (1.9, 1.9, 6.0)),
        ((104, 40, 14), (1.95, 1.95, 6.0)),
        60.0,
        (80.0, 64.0, 52.0, 60.0),
        (4.0, 26.0, 4.0),
    ),
    "small": _Scale(
        ((96, 96, 24), (1.1, 1.1, 4.0)),
        ((192, 92, 24), (1.15, 1.15, 4.0)),
        76.0,
        (90.0, 80.0, 65.0, 60.0),
        (8.0, 35.0, 6.0),
    ),
    "real": _Scale(
        ((256, 256, 60), (0.75, 0.75, 2.2)),
        ((320, 224, 60), (1.0, 0.7, 2.2)),
        112.0,
        (136.0, 118.0, 98.0, 78.0),
        (18.0, 62.0, 14.0),
    ),
}


def trial_grid(size: Size, *, sagittal: bool, side: Side) -> Grid:
    """Grid of an exam in RAS+ mm: one breast in sagittal slices, or both in axial ones."""
    scale = _SCALES[size]
    shape, spacing = scale.sagittal if sagittal else scale.axial
    ni, nj, nk = (((n - 1) * step) / 2 for n, step in zip(shape, spacing, strict=True))
    if sagittal:  # i to posterior, j to the feet, k to the right
        direction = np.array([[0.0, 0, 1], [-1, 0, 0], [0, -1, 0]])
        center = scale.breast[3] if side == "R" else -scale.breast[3]
        return Grid(shape, spacing, direction, (center - nk, scale.front_mm, _MIDDLE_MM + nj))
    direction = np.diag([-1.0, -1.0, 1.0])  # i to the left, j to posterior, k to the head
    return Grid(shape, spacing, direction, (ni, scale.front_mm, _MIDDLE_MM - nk))


def visit_phantom(
    size: Size, maker: Maker, side: Side, *, seed: int, visit: int, phases: int, density: float
) -> tuple[Grid, Phantom]:
    """Images of a patient at a visit; equal seeds give the same breast with a smaller tumor."""
    scale = _SCALES[size]
    grid = trial_grid(size, sagittal=maker.sagittal, side=side)
    width, height, depth, offset = scale.breast
    params = PhantomParams(
        breast_width_mm=width,
        breast_height_mm=height,
        breast_depth_mm=depth,
        breast_offset_mm=offset,
        lesion_side=side,
        lesion_mm=scale.lesion,
        lesion_radius_mm=12.0 * _SHRINK[visit],
        density=density,
    )
    middle = maker.duration_s / 2 - maker.starts_s[1]
    times = [start + middle for start in maker.starts_s[:phases]]
    return grid, make_phantom(grid, times, params, np.random.default_rng(seed))
