"""Phantoms whose phases are moved by a known displacement between their scans.

A displacement is a function of the moved position: tissue that is found at y came from
y - displacement(y). All in RAS+ mm. The coil does not move, so shading is laid over the moved
tissue, and noise over both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy import ndimage

from breastdce.core.grid import FloatArray, Grid
from breastdce.testing.params import PhantomParams
from breastdce.testing.phantom import Phantom, make_phantom
from breastdce.testing.scanner import acquire
from breastdce.testing.shapes import Array, Point

Displacement = Callable[[FloatArray], FloatArray]
"""From moved positions, shape (..., 3), to displacements of the same shape; RAS+ mm."""


def rigid_move(translation_mm: Point, angles_deg: Point, center_mm: Point) -> Displacement:
    """Rotate about axes x, then y, then z through `center_mm`, then translate."""
    x, y, z = np.deg2rad(angles_deg)
    turn = _rotation(2, z) @ _rotation(1, y) @ _rotation(0, x)
    center = np.asarray(center_mm)

    def displacement(moved: FloatArray) -> FloatArray:
        came_from = (moved - center - translation_mm) @ turn + center
        return np.asarray(moved - came_from)

    return displacement


def shear_wave(amplitude_mm: float, along: int, across: int, wavelength_mm: float) -> Displacement:
    """Slide tissue along one RAS axis by the sine of the position on another one.

    The volume of every piece of tissue stays as it is: the Jacobian determinant is 1.
    """

    def displacement(moved: FloatArray) -> FloatArray:
        shift = np.zeros_like(moved)
        shift[..., along] = amplitude_mm * np.sin(2 * np.pi * moved[..., across] / wavelength_mm)
        return shift

    return displacement


def make_moving_phantom(
    grid: Grid,
    times_s: Sequence[float],
    params: PhantomParams,
    rng: np.random.Generator,
    moves: Sequence[Displacement | None],
) -> Phantom:
    """Make a phantom with one displacement a phase; the truth is that of the unmoved tissue.

    Parameters are those of `make_phantom`; None leaves a phase where it is, with the image that
    `make_phantom` gave it.
    """
    still = make_phantom(grid, times_s, params, rng)
    images = [
        image
        if move is None
        else acquire(warped(phase, grid, move), still.truth.shading, params.noise_sd, rng)
        for image, phase, move in zip(still.images, still.truth.phases, moves, strict=True)
    ]
    return Phantom(tuple(images), still.truth)


def warped(values: Array, grid: Grid, move: Displacement) -> Array:
    """Image of moved tissue: splines of order 5, which lose next to nothing of the detail."""
    at = positions_mm(grid)
    index = (at - move(at) - grid.origin_mm) @ grid.direction / grid.spacing_mm
    moved = ndimage.map_coordinates(values, np.moveaxis(index, 3, 0), order=5, mode="nearest")
    return np.asarray(np.clip(moved, 0, values.max()), np.float32)


def positions_mm(grid: Grid) -> FloatArray:
    """Voxel centers of a grid, shape (i, j, k, 3), RAS+ mm."""
    index = np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1)
    return np.asarray((index * grid.spacing_mm) @ grid.direction.T + grid.origin_mm)


def _rotation(axis: int, angle_rad: float) -> FloatArray:
    a, b = [other for other in range(3) if other != axis]
    sine = np.sin(angle_rad) * (-1 if axis == 1 else 1)
    turn = np.eye(3)
    turn[a, a] = turn[b, b] = np.cos(angle_rad)
    turn[a, b], turn[b, a] = -sine, sine
    return turn
