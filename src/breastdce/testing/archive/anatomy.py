"""Patients small enough for a trial of hundreds of exams: one breast or two, four visits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from breastdce.core.grid import Grid
from breastdce.testing.archive.makers import MAKER_OF, Maker
from breastdce.testing.params import PhantomParams
from breastdce.testing.phantom import Phantom, make_phantom
from breastdce.testing.shapes import Array

Size = Literal["tiny", "small", "real"]
Side = Literal["R", "L"]
_RESPONSE = (1.0, 0.9, 0.75, 0.6)
"""Enhancement at each visit, relative to the first: treatment works."""
_NOISE_SD = np.float32(7.0)
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
        ((44, 44, 24), (1.9, 1.9, 3.5)),
        ((104, 40, 24), (1.95, 1.95, 3.5)),
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


@dataclass(frozen=True, slots=True, eq=False)
class VisitImages:
    """What is seen of a patient at one visit."""

    grid: Grid
    images: tuple[Array, ...]
    """Noisy magnitude of each phase [i, j, k]."""
    pe: Array
    """Percent, noise-free; `ser` likewise."""
    ser: Array


def visit_images(
    size: Size, maker: Maker, side: Side, *, seed: int, visit: int, phases: int, density: float
) -> VisitImages:
    """Images of a patient at a visit: one anatomy, noise and enhancement of each visit."""
    phantom = _patient(size, maker.name, side, seed, density)
    share = np.float32(_RESPONSE[visit])
    truth, rng = phantom.truth, np.random.default_rng([seed, visit])
    first = truth.phases[0]
    signals = [(first + share * (phase - first)) * truth.shading for phase in truth.phases[:phases]]
    images = tuple(_measured(signal, rng) for signal in signals)
    return VisitImages(truth.grid, images, truth.pe * share, truth.ser)


def _measured(signal: Array, rng: np.random.Generator) -> Array:
    """Magnitude with Rician noise."""
    real, imaginary = (rng.standard_normal(signal.shape, np.float32) for _ in range(2))
    return np.asarray(np.hypot(signal + _NOISE_SD * real, _NOISE_SD * imaginary), np.float32)


@lru_cache(maxsize=1)
def _patient(size: Size, maker: str, side: Side, seed: int, density: float) -> Phantom:
    scale, made_by = _SCALES[size], MAKER_OF[maker]
    grid = trial_grid(size, sagittal=made_by.sagittal, side=side)
    width, height, depth, offset = scale.breast
    params = PhantomParams(
        breast_width_mm=width,
        breast_height_mm=height,
        breast_depth_mm=depth,
        breast_offset_mm=offset,
        lesion_side=side,
        lesion_mm=scale.lesion,
        lesion_radius_mm=12.0,
        density=density,
    )
    middle = made_by.duration_s / 2 - made_by.starts_s[1]
    times = [start + middle for start in made_by.starts_s]
    return make_phantom(grid, times, params, np.random.default_rng(seed))
