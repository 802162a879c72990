"""Compiled sums over voxels of what each control point of a cubic B-spline does to a residual.

A voxel is seen by 64 control points, and the matrix by 64 times 64 pairs. Weights are products
over the axes, so sums are made along rows, then rows, then planes, at a fraction of the work.
Arrays are indexed [k, j, i] and run on in memory along i.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import FloatArray
from breastdce.imaging.kernel import kernel
from breastdce.imaging.warp_loops import Taps

Floats = NDArray[np.float32]

PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
"""Directions whose products the stencil holds, in its order."""
REACH = 3
"""Control points farther apart along an axis share no voxel."""


@kernel
def add_forces(
    slope: Floats,
    residual: Floats,
    k: Taps,
    j: Taps,
    i: Taps,
    out: FloatArray,
) -> None:
    """Add residual times slope times weight to each control point.

    Parameters
    ----------
    slope
        Shape (k, j, i, 3): per mm along i, j, k.
    residual
        Shape (k, j, i), 0 where a voxel does not count.
    k, j, i
        Control points around the voxels along each axis.
    out
        Shape (k, j, i, 3) of the control points.
    """
    row = np.empty((out.shape[2], 3))
    for z in range(residual.shape[0]):
        for y in range(residual.shape[1]):
            row[:] = 0
            for x in range(residual.shape[2]):
                for tap in range(4):
                    share = i.weight[tap, x] * residual[z, y, x]
                    for axis in range(3):
                        row[i.node[tap, x], axis] += share * slope[z, y, x, axis]
            for a in range(4):
                for b in range(4):
                    share = k.weight[a, z] * j.weight[b, y]
                    for n in range(row.shape[0]):
                        for axis in range(3):
                            out[k.node[a, z], j.node[b, y], n, axis] += share * row[n, axis]


@kernel
def add_stiffness(
    slope: Floats,
    counts: NDArray[np.bool_],
    k: Taps,
    j: Taps,
    i: Taps,
    out: FloatArray,
) -> None:
    """Add the products of slopes to each pair of control points that share a voxel.

    Parameters are those of `add_forces`; `counts` says of each voxel whether it does. `out` has
    shape (k, j, i, 7, 7, 7, 6): a control point, the other one less the first plus `REACH`, and
    the members of `PAIRS`.
    """
    cells = i.node[0, -1] + 1, j.node[0, -1] + 1
    row = np.empty((cells[0], 4, 4, 6))
    plane = np.empty((cells[1], cells[0], 4, 4, 4, 4, 6))
    for z in range(slope.shape[0]):
        plane[:] = 0
        for y in range(slope.shape[1]):
            row[:] = 0
            for x in range(slope.shape[2]):
                if counts[z, y, x]:
                    _add_voxel(slope[z, y, x], i.weight[:, x], row[i.node[0, x]])
            for a in range(4):
                for b in range(4):
                    _add_scaled(row, j.weight[a, y] * j.weight[b, y], plane[j.node[0, y], :, a, b])
        for a in range(4):
            for b in range(4):
                _add_plane(
                    plane, k.weight[a, z] * k.weight[b, z], out[k.node[a, z], :, :, b - a + REACH]
                )


@kernel
def _add_voxel(slope: Floats, weight: FloatArray, out: FloatArray) -> None:
    x, y, z = slope[0], slope[1], slope[2]
    for a in range(4):
        for b in range(4):
            share = weight[a] * weight[b]
            out[a, b, 0] += share * (x * x)
            out[a, b, 1] += share * (x * y)
            out[a, b, 2] += share * (x * z)
            out[a, b, 3] += share * (y * y)
            out[a, b, 4] += share * (y * z)
            out[a, b, 5] += share * (z * z)


@kernel
def _add_scaled(row: FloatArray, by: float, out: FloatArray) -> None:
    for cell in range(row.shape[0]):
        for a in range(4):
            for b in range(4):
                for pair in range(6):
                    out[cell, a, b, pair] += by * row[cell, a, b, pair]


@kernel
def _add_plane(plane: FloatArray, by: float, out: FloatArray) -> None:
    """Add pairs of rows and columns of control points, for one pair of planes of them."""
    for y in range(plane.shape[0]):
        for x in range(plane.shape[1]):
            for c in range(4):
                for d in range(4):
                    for a in range(4):
                        for b in range(4):
                            for pair in range(6):
                                out[y + c, x + a, d - c + REACH, b - a + REACH, pair] += (
                                    by * plane[y, x, c, d, a, b, pair]
                                )
