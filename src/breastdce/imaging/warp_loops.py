"""Compiled loops that sample an image where a transform puts the voxels of its grid.

Arrays are indexed [k, j, i] and run on in memory along i; positions and displacements are in
voxels, in the order i, j, k. A lattice of control points runs along the axes of the grid, so that
each row of voxels needs its sums over planes and rows of control points once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import FloatArray
from breastdce.imaging.kernel import kernel
from breastdce.imaging.spline_loops import Array, Index

Places = NDArray[np.int64]


class Taps(NamedTuple):
    """Control points around each voxel along one axis."""

    node: Index
    """Shape (4, voxels)."""
    weight: FloatArray
    """Of the same shape; zeros where the lattice does not reach, as in ITK."""


@kernel
def sample_moved(
    data: Array,
    coefficients: Array,
    start: FloatArray,
    step: FloatArray,
    nodes: FloatArray,
    k: Taps,
    j: Taps,
    i: Taps,
    out: Array,
) -> None:
    """Values of the cubic spline at start + step @ (i, j, k) + displacement(i, j, k).

    Up to half a voxel beyond the outermost centers samples are mirrored; farther out the nearest
    one holds.

    Parameters
    ----------
    data, coefficients, out
        Samples, what `spline_loops.coefficients` makes of them, and the result: of one shape.
    start, step
        Shape (3,) and (3, 3).
    nodes
        Shape (k, j, i, 3): displacement at the control points.
    k, j, i
        Control points around the voxels along each axis.
    """
    line = np.empty((nodes.shape[2], 3))
    at = np.empty(3)
    weight = np.empty((3, 4))
    around = np.empty((3, 4), np.int64)
    for z in range(out.shape[0]):
        for y in range(out.shape[1]):
            _sum_rows(nodes, k, z, j, y, line)
            for x in range(out.shape[2]):
                for axis in range(3):
                    at[axis] = start[axis] + (
                        step[axis, 0] * x + step[axis, 1] * y + step[axis, 2] * z
                    )
                    for tap in range(4):
                        at[axis] += i.weight[tap, x] * line[i.node[tap, x], axis]
                out[z, y, x] = _value(data, coefficients, at, around, weight)


@kernel
def _sum_rows(nodes: FloatArray, k: Taps, z: int, j: Taps, y: int, line: FloatArray) -> None:
    """Control points of one row of voxels."""
    line[:] = 0
    for a in range(4):
        for b in range(4):
            weight = k.weight[a, z] * j.weight[b, y]
            for n in range(line.shape[0]):
                for axis in range(3):
                    line[n, axis] += weight * nodes[k.node[a, z], j.node[b, y], n, axis]


@kernel
def _value(
    data: Array, coefficients: Array, at: FloatArray, around: Places, weight: FloatArray
) -> float:
    """The spline at a position; `around` and `weight` are room to work in."""
    inner = True
    for axis in range(3):
        size = data.shape[2 - axis]
        if not (at[axis] >= -0.5 and at[axis] < size - 0.5):
            return _nearest(data, at)
        low = int(np.floor(at[axis]))
        t = at[axis] - low
        inner = inner and low >= 1 and low + 2 < size
        around[axis, 0] = low - 1
        weight[axis, 0] = (1 - t) * (1 - t) * (1 - t)
        weight[axis, 1] = (3 * t - 6) * t * t + 4
        weight[axis, 2] = ((3 - 3 * t) * t + 3) * t + 1
        weight[axis, 3] = t * t * t
    if inner:
        return _sum_inner(coefficients, around, weight)
    return _sum_mirrored(coefficients, around, weight)


@kernel
def _sum_inner(coefficients: Array, around: Places, weight: FloatArray) -> float:
    x, y, z = around[0, 0], around[1, 0], around[2, 0]
    total = 0.0
    for c in range(4):
        plane = 0.0
        for b in range(4):
            row = 0.0
            for a in range(4):
                row += weight[0, a] * coefficients[z + c, y + b, x + a]
            plane += weight[1, b] * row
        total += weight[2, c] * plane
    return total


@kernel
def _sum_mirrored(coefficients: Array, around: Places, weight: FloatArray) -> float:
    for axis in range(3):
        last = coefficients.shape[2 - axis] - 1
        first = around[axis, 0]
        for tap in range(4):
            around[axis, tap] = last - abs(last - (first + tap) % max(2 * last, 1))
    total = 0.0
    for c in range(4):
        for b in range(4):
            for a in range(4):
                taken = coefficients[around[2, c], around[1, b], around[0, a]]
                total += weight[2, c] * weight[1, b] * weight[0, a] * taken
    return total


@kernel
def _nearest(data: Array, at: FloatArray) -> float:
    planes, rows, columns = data.shape
    x = min(max(int(np.floor(at[0] + 0.5)), 0), columns - 1)
    y = min(max(int(np.floor(at[1] + 0.5)), 0), rows - 1)
    z = min(max(int(np.floor(at[2] + 0.5)), 0), planes - 1)
    return float(data[z, y, x])
