"""Compiled loops that sample an image where a transform puts the voxels of its grid.

Arrays are indexed [k, j, i] and run on in memory along i; positions and displacements are in
voxels, in the order i, j, k. A lattice of control points runs along the axes of the grid, so that
each row of voxels needs its sums over planes and rows of control points once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from breastdce.core.grid import FloatArray
from breastdce.imaging.kernel import kernel
from breastdce.imaging.spline_loops import Array, Index


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
    for z in range(out.shape[0]):
        for y in range(out.shape[1]):
            _sum_rows(nodes, k, z, j, y, line)
            for x in range(out.shape[2]):
                at_x = start[0] + (step[0, 0] * x + step[0, 1] * y + step[0, 2] * z)
                at_y = start[1] + (step[1, 0] * x + step[1, 1] * y + step[1, 2] * z)
                at_z = start[2] + (step[2, 0] * x + step[2, 1] * y + step[2, 2] * z)
                for tap in range(4):
                    weight, node = i.weight[tap, x], i.node[tap, x]
                    at_x += weight * line[node, 0]
                    at_y += weight * line[node, 1]
                    at_z += weight * line[node, 2]
                out[z, y, x] = _value(data, coefficients, at_x, at_y, at_z)


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
def _value(data: Array, coefficients: Array, at_x: float, at_y: float, at_z: float) -> float:
    """The spline at a position, in voxels."""
    planes, rows, columns = data.shape
    if not (
        -0.5 <= at_x < columns - 0.5 and -0.5 <= at_y < rows - 0.5 and -0.5 <= at_z < planes - 0.5
    ):
        x, y, z = _held(at_x, columns), _held(at_y, rows), _held(at_z, planes)
        return float(data[z, y, x])
    x, y, z = int(np.floor(at_x)), int(np.floor(at_y)), int(np.floor(at_z))
    u, v, w = _weights(at_x - x), _weights(at_y - y), _weights(at_z - z)
    total = 0.0
    if 1 <= x < columns - 2 and 1 <= y < rows - 2 and 1 <= z < planes - 2:
        for c in range(4):
            plane = 0.0
            for b in range(4):
                row = coefficients[z + c - 1, y + b - 1, x - 1 : x + 3]
                plane += v[b] * (u[0] * row[0] + u[1] * row[1] + (u[2] * row[2] + u[3] * row[3]))
            total += w[c] * plane
        return total
    for c in range(4):
        for b in range(4):
            for a in range(4):
                taken = coefficients[
                    _mirrored(z + c - 1, planes),
                    _mirrored(y + b - 1, rows),
                    _mirrored(x + a - 1, columns),
                ]
                total += w[c] * v[b] * u[a] * taken
    return total


@kernel
def _weights(t: float) -> tuple[float, float, float, float]:
    """Six times those of the four coefficients around a position."""
    r = 1 - t
    return r * r * r, (3 * t - 6) * t * t + 4, (3 * r - 6) * r * r + 4, t * t * t


@kernel
def _mirrored(index: int, voxels: int) -> int:
    last = voxels - 1
    return last - abs(last - index % max(2 * last, 1))


@kernel
def _held(at: float, voxels: int) -> int:
    return min(max(int(np.floor(at + 0.5)), 0), voxels - 1)
