"""Images of balls that enhance, on a grid of 1 mm."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.exam import Triple
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume

SIZE = 56
Point = tuple[float, float, float]
MIDDLE: Point = (28.0, 28.0, 28.0)


def made_grid(size: int = SIZE) -> Grid:
    return Grid((size, size, size), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))


def ball(center: Point = MIDDLE, radius: float = 10.0, size: int = SIZE) -> Mask:
    """Voxels whose center lies within a radius, mm."""
    index = np.indices((size, size, size), np.float64)
    away = sum((axis - at) ** 2 for axis, at in zip(index, center, strict=True))
    return Mask(np.asfortranarray(away <= radius**2), made_grid(size))


def images(tumor: NDArray[np.bool_], rise: float = 2.0, washout: float = 1.0) -> Triple:
    """Signal 1 above none everywhere before contrast; `rise` is relative, SER is `washout`."""
    grid = made_grid(tumor.shape[0])
    pre = np.zeros(tumor.shape, np.float32, order="F")
    pre[0, 0, 0] = -1.0  # air
    early = pre + np.float32(rise) * tumor
    late = pre + np.float32(rise / washout) * tumor
    return Triple(*(Volume(np.asfortranarray(one, np.float32), grid) for one in (pre, early, late)))
