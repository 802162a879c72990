"""The region of interest and the regions cut out of it, as voxels of a grid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode, ExamCode
from breastdce.core.errors import ExamRefused
from breastdce.core.exam import Box, Polygon
from breastdce.core.grid import Grid, Window
from breastdce.core.volume import Mask, Volume

_CORNER = 0.5  # UCSF's masks are met voxel by voxel with this shift, and missed without it


def whole(grid: Grid) -> Box:
    """The box of all voxels of a grid."""
    return Box((0, 0, 0), (grid.shape[0] - 1, grid.shape[1] - 1, grid.shape[2] - 1))


def clip(box: Box, grid: Grid) -> tuple[Box, tuple[Caveat, ...]]:
    """Cut a box to a grid.

    Parameters
    ----------
    box
        First and last voxel, inclusive.
    grid
        The grid that its indices refer to.

    Returns
    -------
    Box, tuple of Caveat
        What is left, and VOI_CLIPPED when that is less than what was given.

    Raises
    ------
    ExamRefused
        VOI_EMPTY when nothing is left.
    """
    inside = _clipped(box, grid)
    if min(b - a for a, b in zip(inside.first, inside.last, strict=True)) < 0:
        raise ExamRefused(
            ExamCode.VOI_EMPTY,
            evidence={"first": box.first, "last": box.last, "shape": grid.shape},
        )
    if inside == box:
        return box, ()
    return inside, (Caveat(CaveatCode.VOI_CLIPPED, {"voxels_lost": size(box) - size(inside)}),)


def size(box: Box) -> int:
    """Voxels in a box."""
    return int(np.prod([b - a + 1 for a, b in zip(box.first, box.last, strict=True)]))


def window(box: Box) -> Window:
    """The slices that cut a box out of an array [i, j, k]."""
    i, j, k = (slice(a, b + 1) for a, b in zip(box.first, box.last, strict=True))
    return i, j, k


def region_mask(parts: tuple[Box | Polygon, ...], grid: Grid) -> Mask:
    """Voxels inside at least one of several boxes and extruded polygons.

    Parameters
    ----------
    parts
        Boxes and polygons in voxel indices; what lies beyond the grid is left out.
    grid
        The grid that the indices refer to.
    """
    inside = np.zeros(grid.shape, dtype=np.bool_, order="F")
    for part in parts:
        if isinstance(part, Box):
            inside[window(_clipped(part, grid))] = True
        else:
            _fill(inside, part)
    return Mask(inside, grid)


def _clipped(box: Box, grid: Grid) -> Box:
    """The part of a box inside a grid; last = first - 1 on an axis where nothing is left."""
    first = tuple(min(max(a, 0), n) for a, n in zip(box.first, grid.shape, strict=True))
    last = tuple(
        max(min(b, n - 1), a - 1) for a, b, n in zip(first, box.last, grid.shape, strict=True)
    )
    return Box((first[0], first[1], first[2]), (last[0], last[1], last[2]))


def _fill(inside: NDArray[np.bool_], polygon: Polygon) -> None:
    """Set the voxels of an extruded polygon."""
    a_axis, b_axis = polygon.plane_axes
    plane = polygon_plane(polygon.vertices, inside.shape[a_axis], inside.shape[b_axis])
    layers = slice(max(0, polygon.first), max(0, polygon.last + 1))
    # A view with the axes (a, b, extrusion), so that the plane broadcasts along the last.
    view = np.transpose(inside, (a_axis, b_axis, polygon.axis))
    view[:, :, layers] |= plane[:, :, None]


def polygon_plane(
    vertices: tuple[tuple[float, float], ...], n_a: int, n_b: int
) -> NDArray[np.bool_]:
    """Pixels (a, b) of a plane whose point (a + 0.5, b + 0.5) is in a polygon, even-odd rule.

    Returns
    -------
    NDArray[np.bool_]
        Shape (n_a, n_b). The polygon is closed from its last vertex to its first.
    """
    a = np.arange(n_a)[:, None] + _CORNER
    b = np.arange(n_b)[None, :] + _CORNER
    inside = np.zeros((n_a, n_b), dtype=np.bool_)
    for (a0, b0), (a1, b1) in zip(vertices, (*vertices[1:], *vertices[:1]), strict=True):
        if b0 == b1:  # parallel to the ray that counts the crossings
            continue
        crossed = (b0 > b) != (b1 > b)
        inside ^= crossed & (a < a0 + (a1 - a0) * (b - b0) / (b1 - b0))
    return inside


def tissue_of_slice(
    pre: Volume, voi: Box, background: float, omit: Mask | None, k: int
) -> NDArray[np.bool_]:
    """Voxels of one slice in a box whose pre-contrast signal reaches a threshold; [i, j]."""
    plane = pre.data[:, :, k]
    inside = np.zeros(plane.shape, np.bool_, order="F")
    cut = window(voi)[:2]
    inside[cut] = plane[cut] >= np.float32(background)
    if omit is not None:
        inside &= ~omit.data[:, :, k]
    return inside
