"""The producer's region of interest on our grid: by voxel index, checked against millimeters."""

from __future__ import annotations

import math
from typing import NamedTuple

import msgspec
import numpy as np

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode, ExamCode
from breastdce.core.errors import ExamRefused
from breastdce.core.exam import Box, Polygon
from breastdce.core.grid import FloatArray, Grid
from breastdce.formats.dicom.ucsf import BoxMm

_HALF_VOXEL = 0.5 + 0.01  # some objects shift their mm values by half a pixel; then decimals
_SLICE_AXIS = 2


class ProducerVoi(NamedTuple):
    """A region of interest in voxels of our grid."""

    box: Box
    reversed_slices: bool
    """Whether the producer counts slices from the other end of the volume."""
    caveats: tuple[Caveat, ...]


def place_voi(index: Box | None, mm: BoxMm | None, grid: Grid) -> ProducerVoi | None:
    """Decide on the region of interest that the producer used.

    Parameters
    ----------
    index
        First and last voxel as the tags give them.
    mm
        The same box in the patient, LPS mm.
    grid
        Grid of one phase, RAS+ mm.

    Returns
    -------
    ProducerVoi or None
        None when there is neither. The index counts, up to half a voxel of difference; one that
        matches the mm box only with the slices counted from the other end is turned round; one
        that does not fit the grid (it may count through all phases) gives way to the mm box. The
        last two and any larger difference carry VOI_DISAGREES.

    Raises
    ------
    ExamRefused
        VOI_EMPTY when neither box meets the grid.
    """
    edges = None if mm is None else _edges(mm, grid)
    if index is None:
        return None if edges is None else _by_mm(edges, grid, ())
    if edges is None or _apart(index, edges) <= _HALF_VOXEL:
        return ProducerVoi(index, False, ())
    turned = mirror(index, grid)
    if _apart(turned, edges) <= _HALF_VOXEL:
        return ProducerVoi(turned, True, (_disagrees("slices_reversed", index, edges),))
    if _fits(index, grid):
        return ProducerVoi(index, False, (_disagrees("index", index, edges),))
    return _by_mm(edges, grid, (_disagrees("position", index, edges),))


def box_from_mm(mm: BoxMm, grid: Grid) -> Box:
    """Voxels whose center lies in a box of the patient (LPS mm); may reach beyond the grid."""
    return _whole(_edges(mm, grid))


def mirror(shape: Box, grid: Grid) -> Box:
    """The box with its slices counted from the other end."""
    last = grid.shape[_SLICE_AXIS] - 1
    return Box(
        (shape.first[0], shape.first[1], last - shape.last[2]),
        (shape.last[0], shape.last[1], last - shape.first[2]),
    )


def mirror_polygon(polygon: Polygon, grid: Grid) -> Polygon:
    """The extruded polygon with its slices counted from the other end."""
    size = grid.shape[_SLICE_AXIS]
    if polygon.axis == _SLICE_AXIS:
        first, last = size - 1 - polygon.last, size - 1 - polygon.first
        return msgspec.structs.replace(polygon, first=first, last=last)
    # Voxel k is tested at k + 0.5, so the point that mirrors it is size - (k + 0.5).
    a_runs = polygon.plane_axes[0] == _SLICE_AXIS
    vertices = tuple((size - a, b) if a_runs else (a, size - b) for a, b in polygon.vertices)
    return msgspec.structs.replace(polygon, vertices=vertices)


def _edges(mm: BoxMm, grid: Grid) -> FloatArray:
    """Lower and upper faces of a box in voxel units, shape (2, 3); voxel 0 is -0.5 to 0.5."""
    to_ras = np.array([-1.0, -1.0, 1.0])
    per_voxel = grid.direction / np.asarray(grid.spacing_mm)
    center = (np.asarray(mm.center) * to_ras - np.asarray(grid.origin_mm)) @ per_voxel
    half = np.abs((np.asarray(mm.half_axes) * to_ras) @ per_voxel).sum(axis=0)
    edges: FloatArray = np.stack([center - half, center + half])
    return edges


def _whole(edges: FloatArray) -> Box:
    first = [math.floor(value + 1.0) for value in edges[0].tolist()]
    last = [math.floor(value) for value in edges[1].tolist()]
    return Box((first[0], first[1], first[2]), (last[0], last[1], last[2]))


def _apart(index: Box, edges: FloatArray) -> float:
    """Largest distance between the faces of two boxes, in voxels."""
    faces = np.stack([np.asarray(index.first) - 0.5, np.asarray(index.last) + 0.5])
    return float(np.abs(faces - edges).max())


def _fits(box: Box, grid: Grid) -> bool:
    return all(0 <= a <= b < n for a, b, n in zip(box.first, box.last, grid.shape, strict=True))


def _by_mm(edges: FloatArray, grid: Grid, caveats: tuple[Caveat, ...]) -> ProducerVoi:
    box = _whole(edges)
    sides = zip(box.first, box.last, grid.shape, strict=True)
    if any(max(a, 0) > min(b, n - 1) for a, b, n in sides):
        raise ExamRefused(
            ExamCode.VOI_EMPTY,
            evidence={"first": box.first, "last": box.last, "shape": grid.shape},
        )
    return ProducerVoi(box, False, caveats)


def _disagrees(used: str, index: Box, edges: FloatArray) -> Caveat:
    return Caveat(
        CaveatCode.VOI_DISAGREES,
        {"used": used, "apart_voxels": round(_apart(index, edges), 2)},
    )
