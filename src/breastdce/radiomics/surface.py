"""Volume and area of the surface of a mask by marching cubes, from the patterns of its cells.

Eight neighboring voxel centers span a cell; which of them lie inside is its pattern, one of 256.
The surface at one half crosses the cell's edges at their middles, so that what a cell adds to
volume and area depends on its pattern alone: the surface is measured by counting patterns. The
polygons of a pattern are traced here instead of being looked up in a table of the literature.

Two choices are free, and made so that flips and permutations of the axes change nothing:

- On a face whose inside corners lie on a diagonal they belong together, as in Lewiner's tables
  (J Graph Tools 2003;8:1-15).
- A polygon that is not flat can be cut into triangles in several ways. The way with the largest
  area on a cubic cell is taken, again that of Lewiner's tables for all patterns without such a
  face; of several with the same area, the mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel

FloatArray = NDArray[np.float64]
Spacing = tuple[float, float, float]
_Edge = frozenset[int]  # of two corners; corner c lies at (c & 1, c >> 1 & 1, c >> 2 & 1)
_Triangle = tuple[int, int, int]

# Corners of the six faces, counterclockwise as seen from outside; odd ones are at coordinate 1.
_FACES = (
    (4, 6, 2, 0),
    (1, 3, 7, 5),
    (1, 5, 4, 0),
    (2, 6, 7, 3),
    (2, 3, 1, 0),
    (4, 5, 7, 6),
)
_FACE_SHARE = (0.0, 0.125, 0.5, 0.875, 1.0)  # of a face that is inside, by its inside corners
_DIAGONAL_SHARE = 0.75
_SAME_AREA = 1e-9


class Surface(NamedTuple):
    """Measures of a closed surface."""

    volume_mm3: float
    area_mm2: float


def surface(mask: NDArray[np.bool_], spacing_mm: Spacing) -> Surface:
    """Measure the surface of a mask (bool, shape (i, j, k)); the outside is not inside."""
    counts = _count_patterns(np.pad(np.ascontiguousarray(mask.T), 1))
    table = _pattern_table()
    scale = np.asarray(spacing_mm)
    volume = float(counts @ table.volume) * float(np.prod(scale))
    edges = table.edges * scale
    areas = np.sqrt((np.cross(edges[:, 0], edges[:, 1]) ** 2).sum(axis=1)) / 2
    return Surface(volume, float((counts[table.pattern] * table.weight) @ areas))


@kernel
def _count_patterns(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many cells have each pattern; `mask` is [k, j, i]."""
    nk, nj, ni = mask.shape
    counts = np.zeros(256, np.int64)
    for k in range(nk - 1):
        for j in range(nj - 1):
            before = 0
            for i in range(ni):
                # corners of i - 1 have the even bits, those of i the odd ones
                here = (
                    mask[k, j, i]
                    | mask[k, j + 1, i] << 2
                    | mask[k + 1, j, i] << 4
                    | mask[k + 1, j + 1, i] << 6
                )
                if i:
                    counts[before | here << 1] += 1
                before = here
    return counts


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Shares of a unit cell that are inside, by pattern, and the triangles of all patterns."""

    volume: FloatArray
    pattern: NDArray[np.int64]
    edges: FloatArray
    """Two edges of each triangle, shape (triangles, 2, 3)."""
    weight: FloatArray


@cache
def _pattern_table() -> _Table:
    volume = np.array([_behind_faces(number) for number in range(256)])
    parts = [_triangles(*group) for group in _by_length()]
    pattern, corners, weight = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    np.add.at(volume, pattern, weight * np.linalg.det(corners) / 6)
    return _Table(volume, pattern, corners[:, 1:] - corners[:, :1], weight)


def _by_length() -> Iterator[tuple[NDArray[np.int64], FloatArray]]:
    """Polygons of all patterns with as many vertices: patterns (m,) and polygons (m, n, 3)."""
    found = [(number, polygon) for number in range(256) for polygon in _polygons(number)]
    for length in sorted({len(polygon) for _, polygon in found}):
        group = [(number, polygon) for number, polygon in found if len(polygon) == length]
        yield np.array([number for number, _ in group]), np.array([polygon for _, polygon in group])


def _triangles(
    pattern: NDArray[np.int64], polygons: FloatArray
) -> tuple[NDArray[np.int64], FloatArray, FloatArray]:
    """Triangles of the chosen cuts: pattern (t,), corners (t, 3, 3), weight (t,)."""
    cuts = np.array(list(_cuts(tuple(range(polygons.shape[1])))))
    corners = polygons[:, cuts]  # polygon, cut, triangle, corner, axis
    edges = corners[..., 1:, :] - corners[..., :1, :]
    normals = np.cross(edges[..., 0, :], edges[..., 1, :])
    area = np.sqrt((normals**2).sum(axis=-1)).sum(axis=-1)
    chosen = area > area.max(axis=1, keepdims=True) - _SAME_AREA
    where, which = np.nonzero(chosen)
    weight = 1 / chosen.sum(axis=1)[where]
    each = cuts.shape[1]
    return (
        np.repeat(pattern[where], each),
        corners[where, which].reshape(-1, 3, 3),
        np.repeat(weight, each),
    )


def _behind_faces(pattern: int) -> float:
    """What the cell's own faces add to the volume inside; those through the origin add nothing."""
    total = 0.0
    for face in _FACES[1::2]:
        inside = [pattern >> corner & 1 for corner in face]
        diagonal = sum(inside) == 2 and inside[0] == inside[2]
        total += _DIAGONAL_SHARE if diagonal else _FACE_SHARE[sum(inside)]
    return total / 3


def _polygons(pattern: int) -> Iterator[list[list[float]]]:
    """Closed polygons of points on the unit cell; their normals point out of the inside."""
    follows: dict[_Edge, _Edge] = {}
    for face in _FACES:
        follows.update(_segments(pattern, face))
    while follows:
        edge = next(iter(follows))
        polygon = []
        while edge in follows:
            polygon.append(_middle(edge))
            edge = follows.pop(edge)
        yield polygon


def _segments(pattern: int, face: tuple[int, int, int, int]) -> Iterator[tuple[_Edge, _Edge]]:
    """Segments on a face, each around one run of outside corners."""
    steps = list(zip(face, face[1:] + face[:1], strict=True))
    enters = [not pattern >> a & 1 and bool(pattern >> b & 1) for a, b in steps]
    leaves = [bool(pattern >> a & 1) and not pattern >> b & 1 for a, b in steps]
    for start in range(4):
        if enters[start]:
            back = next(step for step in range(1, 4) if leaves[start - step])
            yield frozenset(steps[start]), frozenset(steps[start - back])


def _middle(edge: _Edge) -> list[float]:
    a, b = edge
    return [((a >> axis & 1) + (b >> axis & 1)) / 2 for axis in range(3)]


def _cuts(vertices: tuple[int, ...]) -> Iterator[tuple[_Triangle, ...]]:
    """All ways to cut a polygon into triangles of its vertices."""
    if len(vertices) < 3:
        yield ()
        return
    first, last = vertices[0], vertices[-1]
    for at in range(1, len(vertices) - 1):
        for left in _cuts(vertices[: at + 1]):
            for right in _cuts(vertices[at:]):
                yield (*left, (first, vertices[at], last), *right)
