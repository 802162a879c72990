"""Interpolation onto a grid with the same center, axis by axis: linear and cubic B-spline.

The rule of the Image Biomarker Standardisation Initiative, "align grid centers" (reference
manual, section 2.4): a new grid covers the old one and shares its center. Beyond the outermost
voxel centers of the source the value at the edge holds.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import FloatArray, Grid
from breastdce.imaging.separable import Order, Separable
from breastdce.imaging.spline_loops import Ends

_SIZE_GUARD = 1e-6  # 60 planes of 3 mm are 90 of 2 mm, however the quotient is rounded


def centered_grid(grid: Grid, spacing_mm: tuple[float, float, float]) -> Grid:
    """Grid of another voxel size with the same center: ceil(n spacing / new spacing) voxels.

    A spacing of 0 keeps an axis.
    """
    new = [float(step) or old for step, old in zip(spacing_mm, grid.spacing_mm, strict=True)]
    shape = [
        math.ceil(voxels * old / step - _SIZE_GUARD) if step != old else voxels
        for voxels, old, step in zip(grid.shape, grid.spacing_mm, new, strict=True)
    ]
    shift_mm = [
        (voxels - 1) / 2 * old - (nodes - 1) / 2 * step
        for voxels, nodes, old, step in zip(grid.shape, shape, grid.spacing_mm, new, strict=True)
    ]
    x, y, z = (grid.origin_mm + grid.direction @ np.asarray(shift_mm)).tolist()
    return Grid(
        (shape[0], shape[1], shape[2]),
        (new[0], new[1], new[2]),
        grid.direction.copy(),
        (x, y, z),
    )


def on_centered(data: NDArray[np.generic], source: Grid, target: Grid, order: Order) -> FloatArray:
    """Values at the nodes of a centered grid, from finite values at those of its source.

    Parameters
    ----------
    data
        Shape (i, j, k), finite, any real type.
    source, target
        The grid of `data`, and one that `centered_grid` made from it.
    order
        `cubic` is the interpolating B-spline of order 3 of the data with its edge extended.

    Returns
    -------
    ndarray of shape target.shape
        Fortran order. An axis that keeps its spacing keeps its values.

    Notes
    -----
    Node k of n' lies at (n - 1) / 2 + (k - (n' - 1) / 2) s' / s voxels of the source: found from
    the centers, not through mm, so that nodes halfway between voxels are so exactly.
    """
    ratios = (new / old for new, old in zip(target.spacing_mm, source.spacing_mm, strict=True))
    i, j, k = (
        _positions(voxels, nodes, ratio)
        for voxels, nodes, ratio in zip(source.shape, target.shape, ratios, strict=True)
    )
    # float64, since halves of a mask's share and the standard's reference values hang on it.
    values = Separable(source.shape[::-1], (k, j, i), order, Ends.EXTENDED, np.float64)
    found: FloatArray = values(data.T).T
    return found


def _positions(voxels: int, nodes: int, ratio: float) -> FloatArray:
    return np.asarray((voxels - 1) / 2 + (np.arange(nodes) - (nodes - 1) / 2) * ratio)
