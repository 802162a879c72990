"""Where the tissue of one image lies in another: a rigid move, then a cubic B-spline.

Positions and displacements are LPS mm, as in ITK's transform files, which hold these numbers.
A transform maps a position of the fixed image to the position of the moving image that shows the
same tissue, so that resampling the moving image through it brings it onto the fixed one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Triplet = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Rigid:
    """A rotation about `center_mm`, then a translation: ITK's Euler3DTransform."""

    angles_rad: Triplet
    """About x, y, z; the rotations multiply as Rz Rx Ry."""
    translation_mm: Triplet
    center_mm: Triplet

    def affine(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Matrix, shape (3, 3), and shift, mm: a position x goes to matrix @ x + shift."""
        (a, b, c), (d, e, f) = np.cos(self.angles_rad), np.sin(self.angles_rad)
        about_x = np.array([[1, 0, 0], [0, a, -d], [0, d, a]])
        about_y = np.array([[b, 0, e], [0, 1, 0], [-e, 0, b]])
        about_z = np.array([[c, -f, 0], [f, c, 0], [0, 0, 1]])
        matrix = about_z @ about_x @ about_y
        center = np.array(self.center_mm)
        return matrix, center + self.translation_mm - matrix @ center


@dataclass(frozen=True, slots=True, eq=False)
class Spline:
    """Displacements by a uniform cubic B-spline: ITK's BSplineTransform of order 3."""

    origin_mm: Triplet
    """Position of the first control point."""
    spacing_mm: Triplet
    direction: tuple[float, ...]
    """Nine numbers, row by row; columns are the unit vectors of the lattice's axes."""
    coefficients_mm: NDArray[np.float64]
    """Shape (i, j, k, 3): displacement along x, y, z at each control point."""


@dataclass(frozen=True, slots=True, eq=False)
class Transform:
    """The spline of the rigidly moved position; None is the identity."""

    rigid: Rigid | None = None
    spline: Spline | None = None
