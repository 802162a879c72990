"""Where the plane of a derived object (segmentation, map) lies in the grid of its source.

DICOM's LPS world; the grid is given in RAS+ as everywhere else in the package.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import FloatArray, Grid

SAME_SHIFT_PIXELS = 0.01
"""In-plane shifts up to this are the rounding of decimal strings."""
_SNAP_PIXELS = 1.0  # half a pixel along both axes is real (I-SPY1); a whole one is another grid
_SAME_COSINE = 1e-3  # cosines are often printed with few digits
_SAME_SPACING = 1e-4  # relative; 0.05 pixels over 512
_LPS = np.array([-1.0, -1.0, 1.0])


@dataclass(frozen=True, slots=True)
class Plane:
    """Geometry of one frame as its header gives it, LPS mm."""

    position_mm: tuple[float, float, float]
    """Center of the first pixel."""
    orientation: tuple[float, ...]
    """Direction of a row, then of a column; six numbers."""
    pixel_spacing_mm: tuple[float, float]
    """Between rows, between columns."""
    size: tuple[int, int]
    """Columns, rows."""


class Place(NamedTuple):
    """Which slice of a grid a plane is."""

    k: int
    """Nearest slice; may lie outside the grid."""
    shift_pixels: float
    """Largest in-plane shift against the grid, below one pixel."""


def locate(plane: Plane, grid: Grid) -> Place:
    """Find the slice of a grid that a plane lies on, by its position along the normal.

    Parameters
    ----------
    plane
        Geometry of a frame, LPS mm.
    grid
        The source's grid, RAS+ mm; i along a row, j along a column, k along row x column.

    Raises
    ------
    InputError
        GRID_MISMATCH when size, directions or spacing disagree or the plane is shifted by a pixel
        or more; nothing is resampled here.
    """
    direction = grid.direction * _LPS[:, None]
    offset = np.asarray(plane.position_mm) - np.asarray(grid.origin_mm) * _LPS
    index = (offset @ direction) / np.asarray(grid.spacing_mm)
    shift = float(np.abs(index[:2]).max())
    if not (_same_lattice(plane, grid, direction) and shift < _SNAP_PIXELS):
        raise InputError(
            ErrorCode.GRID_MISMATCH,
            "A derived object is not on the grid of its images",
            evidence={
                "shift_pixels": round(shift, 3),
                "size": plane.size,
                "pixel_spacing_mm": plane.pixel_spacing_mm,
                "grid": grid.describe(),
            },
        )
    return Place(round(float(index[2])), shift)


class Slices(NamedTuple):
    """Which slices of a grid the planes of one region are."""

    k: tuple[int | None, ...]
    """Slice of each plane, None where it lies outside the grid."""
    outside: int
    shift_pixels: float
    """Largest in-plane shift, below one pixel."""


def locate_all(planes: Sequence[Plane], grid: Grid) -> Slices:
    """Find the slices of the planes of one region.

    Raises
    ------
    InputError
        GRID_MISMATCH as `locate`, and when two planes fall on one slice: their steps are finer
        than the grid's, so that they are planes of another grid.
    """
    places = [locate(plane, grid) for plane in planes]
    slices = tuple(place.k if 0 <= place.k < grid.shape[2] else None for place in places)
    within = [k for k in slices if k is not None]
    if len(set(within)) < len(within):
        raise InputError(
            ErrorCode.GRID_MISMATCH,
            "Several planes of one region fall on one slice",
            evidence={"planes": len(planes), "slices": len(set(within)), "grid": grid.describe()},
        )
    shift = max((place.shift_pixels for place in places), default=0.0)
    return Slices(slices, len(slices) - len(within), shift)


def _same_lattice(plane: Plane, grid: Grid, direction: FloatArray) -> bool:
    cosines = np.asarray(plane.orientation, dtype=np.float64)
    between_rows, between_columns = plane.pixel_spacing_mm
    spacing = np.array([between_columns, between_rows])
    return bool(
        plane.size == grid.shape[:2]
        and np.abs(cosines - direction[:, :2].T.ravel()).max() <= _SAME_COSINE
        and np.allclose(spacing, grid.spacing_mm[:2], rtol=_SAME_SPACING, atol=0.0)
    )
