"""Convex hull of the surface of a mask, and its longest diameter.

The vertices of the marching-cubes surface are the middles between an inside voxel and a
neighbor outside. Their hull is that of all inside voxels' six points half a voxel away from the
center, and of these only voxels can contribute that are corners of the hull of their row, plane
by plane. So few points are left that the search for the longest distance may try all pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from breastdce.imaging.kernel import kernel

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_STEPS = np.vstack([np.eye(3, dtype=np.int64), -np.eye(3, dtype=np.int64)])


@dataclass(frozen=True, slots=True, eq=False)
class Hull:
    """A convex hull in mm; its triangles may share a plane."""

    points: FloatArray
    """Vertices, shape (n, 3)."""
    normals: FloatArray
    """Outward unit normals of the triangles, shape (t, 3)."""
    areas_mm2: FloatArray
    """Of the triangles, shape (t,)."""
    triangles: IntArray
    """Indices of points, shape (t, 3)."""
    neighbors: IntArray
    """Triangle across the edge that lies opposite to each vertex, shape (t, 3)."""
    volume_mm3: float
    area_mm2: float


def hull(mask: NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> Hull:
    """Hull of the surface vertices of a mask (bool, shape (i, j, k), not empty).

    It is never flat: a single voxel has six surface vertices.
    """
    candidates = _candidates(mask)
    found = ConvexHull((candidates - candidates[0]) * np.asarray(spacing_mm))
    order = np.full(len(candidates), -1)
    order[found.vertices] = np.arange(len(found.vertices))
    points = found.points[found.vertices]
    triangles = order[found.simplices]
    edges = points[triangles[:, 1:]] - points[triangles[:, :1]]
    areas = np.sqrt((np.cross(edges[:, 0], edges[:, 1]) ** 2).sum(axis=1)) / 2
    return Hull(
        points=points,
        normals=np.ascontiguousarray(found.equations[:, :3]),
        areas_mm2=areas,
        triangles=triangles,
        neighbors=found.neighbors.astype(np.int64),
        volume_mm3=float(found.volume),
        area_mm2=float(found.area),
    )


def _candidates(mask: NDArray[np.bool_]) -> FloatArray:
    """Surface vertices beside corner voxels, in voxels."""
    corners = _corner_voxels(mask)
    beside = corners[:, None] + _STEPS
    i, j, k = np.moveaxis(beside, 2, 0) + 1
    outside = ~np.pad(mask, 1)[i, j, k]
    middles: FloatArray = ((corners[:, None] + beside) / 2)[outside]
    return middles


def _corner_voxels(mask: NDArray[np.bool_]) -> IntArray:
    """Voxels that are corners of the hull of their plane, whichever way the planes are cut."""
    marked = np.ascontiguousarray(mask.T)
    for _ in range(3):
        marked = np.ascontiguousarray(np.moveaxis(_plane_corners(marked), 0, 2))
    return np.argwhere(marked.T)


@kernel
def _plane_corners(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Corners of the convex hull of each plane along the first axis."""
    planes, rows, columns = mask.shape
    marked = np.zeros_like(mask)
    ends = np.empty((2, rows), np.int64)  # first voxel, and last voxel with the sign changed
    row = np.empty(rows, np.int64)
    chain = np.empty(rows, np.int64)
    for plane in range(planes):
        count = 0
        for j in range(rows):
            first = 0
            while first < columns and not mask[plane, j, first]:
                first += 1
            if first == columns:
                continue
            last = columns - 1
            while not mask[plane, j, last]:
                last -= 1
            ends[0, count], ends[1, count], row[count] = first, -last, j
            count += 1
        for side in range(2):
            size = 0
            for new in range(count):
                while size > 1 and not _bulges(
                    ends[side], row, chain[size - 2], chain[size - 1], new
                ):
                    size -= 1
                chain[size] = new
                size += 1
            for number in range(size):
                at = chain[number]
                marked[plane, row[at], abs(ends[side, at])] = True
    return marked


@kernel
def _bulges(end: IntArray, row: IntArray, a: int, b: int, c: int) -> bool:
    """Whether point b lies strictly on the outer side of the line from a to c."""
    return bool((end[b] - end[a]) * (row[c] - row[a]) < (end[c] - end[a]) * (row[b] - row[a]))


@kernel
def longest_distance(points: FloatArray) -> float:
    """Longest distance between two of the points, shape (n, 3), in their unit."""
    longest = 0.0
    for a in range(points.shape[0]):
        for b in range(a):
            x = points[a, 0] - points[b, 0]
            y = points[a, 1] - points[b, 1]
            z = points[a, 2] - points[b, 2]
            longest = max(longest, x * x + y * y + z * z)
    return float(np.sqrt(longest))
