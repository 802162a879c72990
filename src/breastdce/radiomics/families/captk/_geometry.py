"""Spacing and positions as the program has them: ITK reads both from NIfTI, through float32."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import Grid

Spacing = tuple[float, float, float]


def spacing_mm(grid: Grid) -> Spacing:
    """Distance between voxel centers along i, j, k in mm, rounded to float32."""
    i, j, k = (float(np.float32(step)) for step in grid.spacing_mm)
    return i, j, k


def affine(grid: Grid) -> NDArray[np.float64]:
    """Index (i, j, k) to RAS+ mm, shape (3, 4), spacing and origin rounded to float32."""
    matrix = np.empty((3, 4))
    matrix[:, :3] = grid.direction * np.array(spacing_mm(grid))
    matrix[:, 3] = [float(np.float32(part)) for part in grid.origin_mm]
    return matrix
