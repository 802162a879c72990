"""Where voxels lie: shape, spacing, direction, origin, in RAS+ millimeters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError

FloatArray = NDArray[np.float64]
Window = tuple[slice, slice, slice]
"""The slices that cut a box out of an array [i, j, k]; start and stop are given, step is 1."""
_ORTHONORMAL_TOLERANCE = 1e-4  # DICOM cosines are decimal strings, often six digits


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A regular voxel lattice.

    Parameters
    ----------
    shape
        Voxels along i, j, k.
    spacing_mm
        Distance between centers along i, j, k, in mm, exactly as the source gave it.
    direction
        3x3, columns are the unit vectors of i, j, k in RAS+.
    origin_mm
        RAS+ position of the center of voxel (0, 0, 0), in mm.

    Notes
    -----
    The affine is derived, not stored: recovering spacing from an oblique affine loses the last
    bits, and a resampled shape is a rounding of ``shape * spacing``.
    """

    shape: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    direction: FloatArray
    origin_mm: tuple[float, float, float]

    def __post_init__(self) -> None:
        gram = self.direction.T @ self.direction
        if (
            min(self.shape) < 1
            or not all(0 < step < np.inf for step in self.spacing_mm)
            or not np.isfinite(self.origin_mm).all()
            or not np.allclose(gram, np.eye(3), atol=_ORTHONORMAL_TOLERANCE)
        ):
            raise InputError(
                ErrorCode.GRID_INVALID,
                "Not a regular lattice",
                evidence={"shape": self.shape, "spacing_mm": self.spacing_mm},
                remedy="Check the slice positions with `breastdce scan`.",
            )
        self.direction.setflags(write=False)

    @property
    def affine(self) -> FloatArray:
        """4x4 map from voxel index (i, j, k) to RAS+ mm."""
        affine = np.eye(4)
        affine[:3, :3] = self.direction * np.asarray(self.spacing_mm)
        affine[:3, 3] = self.origin_mm
        return affine

    @property
    def voxel_ml(self) -> float:
        """Volume of one voxel in mL."""
        return float(np.prod(self.spacing_mm)) / 1000.0

    def cropped(self, window: Window) -> Grid:
        """Grid of a box of at least one voxel."""
        first = [part.start for part in window]
        i, j, k = (part.stop - part.start for part in window)
        x, y, z = self.affine[:3] @ [*first, 1.0]
        return Grid((i, j, k), self.spacing_mm, self.direction, (float(x), float(y), float(z)))

    def matches(self, other: Grid, *, tolerance_mm: float = 1e-3) -> bool:
        """Whether every voxel center of both grids agrees within `tolerance_mm`."""
        return self.apart_mm(other) <= tolerance_mm

    def apart_mm(self, other: Grid) -> float:
        """Largest difference of a coordinate between voxel centers; infinite if shapes differ."""
        if self.shape != other.shape:
            return float("inf")
        # The difference of two affine maps is affine: its extremes lie at the corners.
        ends = [(0.0, float(size - 1)) for size in self.shape]
        corners = np.array(np.meshgrid(*ends, (1.0,))).reshape(4, -1)
        return float(np.abs((self.affine - other.affine) @ corners).max())

    def describe(self) -> dict[str, object]:
        """Plain numbers for error messages and provenance: shape, spacing and origin in mm."""
        return {
            "shape": list(self.shape),
            "spacing_mm": [round(value, 6) for value in self.spacing_mm],
            "origin_mm": [round(value, 4) for value in self.origin_mm],
            "direction": [round(float(value), 6) for value in self.direction.ravel()],
        }
