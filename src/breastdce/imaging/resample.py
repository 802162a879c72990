"""Resampling between grids whose axes run alike: output grid rules, linear, nearest.

A voxel center of the target has a position in voxels of the source, per axis. ITK counts
positions from -0.5 up to, but not at, n - 0.5 as inside and fills the rest with 0
(`itkImageFunction.h`, IsInsideBuffer); between the outermost center and that limit the edge
value holds. `Edge.EXTEND` lets the edge value hold everywhere.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import FloatArray, Grid
from breastdce.core.volume import Mask, Volume

_SIZE_GUARD = 1e-6  # 256 x 0.703125 mm is 180 mm, however the product is rounded
_ALIGNED = 1e-4  # of unit vectors, as wide as the grid's own test of orthogonality
_LIMIT_TOLERANCE = 1e-3  # voxels; a plane this close to the limit owes its fill to rounding


class Edge(StrEnum):
    """What voxels beyond the outermost voxel centers are given."""

    ITK = "itk"
    EXTEND = "extend"


def isotropic_grid(grid: Grid, spacing_mm: float) -> Grid:
    """Grid of the release: origin and direction kept, size round(n spacing / new spacing).

    Halves round up.
    """
    i, j, k = (
        max(1, math.floor(voxels * spacing / spacing_mm + 0.5 + _SIZE_GUARD))
        for voxels, spacing in zip(grid.shape, grid.spacing_mm, strict=True)
    )
    return Grid((i, j, k), (spacing_mm,) * 3, grid.direction.copy(), grid.origin_mm)


def positions(source: Grid, target: Grid) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Where the target's voxel centers lie along the source's axes, in source voxels.

    Raises
    ------
    InputError
        GRID_MISMATCH when the axes of the two grids do not run alike.
    """
    if not np.allclose(source.direction, target.direction, rtol=0, atol=_ALIGNED):
        raise InputError(
            ErrorCode.GRID_MISMATCH,
            "The axes of the two grids do not run alike",
            evidence={"source": source.describe(), "target": target.describe()},
        )
    shift_mm = source.direction.T @ np.subtract(target.origin_mm, source.origin_mm)
    i, j, k = (
        (shift_mm[axis] + np.arange(target.shape[axis]) * target.spacing_mm[axis])
        / source.spacing_mm[axis]
        for axis in range(3)
    )
    return i, j, k


def inside(position: FloatArray, voxels: int) -> NDArray[np.bool_]:
    """Whether ITK would interpolate at each position along an axis of `voxels`."""
    return (position >= -0.5) & (position < voxels - 0.5)


class EdgePlanes(NamedTuple):
    """Planes of a target grid that lie half a voxel of the source outside, or further."""

    planes: int
    zero: int
    """How many of them ITK's rule fills with 0."""


def edge_planes(source: Grid, target: Grid) -> EdgePlanes:
    """Count the planes of `target` at or beyond the limit of `source`, over all axes."""
    planes = zero = 0
    for position, voxels in zip(positions(source, target), source.shape, strict=True):
        at_limit = np.abs(position - (voxels - 1) / 2) > voxels / 2 - _LIMIT_TOLERANCE
        planes += int(np.count_nonzero(at_limit))
        zero += int(np.count_nonzero(~inside(position, voxels)))
    return EdgePlanes(planes, zero)


def linear(volume: Volume, target: Grid, edge: Edge) -> Volume:
    """Trilinear interpolation: float64 within, float32 (Fortran order) out.

    Raises
    ------
    InputError
        GRID_MISMATCH, see `positions`.
    """
    where = positions(volume.grid, target)
    i, j, k = (_taps(at, n) for at, n in zip(where, volume.grid.shape, strict=True))
    planes = _InPlane(volume.data, i, j)
    out = np.empty(target.shape, np.float32, order="F")
    for number, (low, high, weight) in enumerate(zip(k.low, k.high, k.weight, strict=True)):
        lower = planes.at(int(low))
        out[:, :, number] = (lower + weight * (planes.at(int(high)) - lower)).T
    if edge is Edge.ITK:
        _zero_outside(out, where, volume.grid)
    return Volume(out, target)


def nearest(mask: Mask, target: Grid, edge: Edge) -> Mask:
    """Nearest voxel of a mask; halves round up, as in ITK.

    Raises
    ------
    InputError
        GRID_MISMATCH, see `positions`.
    """
    where = positions(mask.grid, target)
    index = [
        np.clip(np.floor(at + 0.5).astype(np.int64), 0, n - 1)
        for at, n in zip(where, mask.grid.shape, strict=True)
    ]
    out = np.asfortranarray(mask.data[np.ix_(*index)])
    if edge is Edge.ITK:
        _zero_outside(out, where, mask.grid)
    return Mask(out, target)


def extend_last(volume: Volume, source: Grid) -> Volume:
    """Give planes beyond the source's limit the values of the last plane before it, in place."""
    for axis, position in enumerate(positions(source, volume.grid)):
        within = np.flatnonzero(inside(position, source.shape[axis]))
        taken = np.clip(np.arange(position.size), within[0], within[-1])
        moved = np.moveaxis(volume.data, axis, 0)
        for plane in np.flatnonzero(taken != np.arange(position.size)):
            moved[plane] = moved[taken[plane]]
    return volume


class _Taps(NamedTuple):
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    weight: FloatArray
    """Share of `high`."""


def _taps(position: FloatArray, voxels: int) -> _Taps:
    held = np.clip(position, 0.0, voxels - 1.0)
    low = np.floor(held).astype(np.int64)
    return _Taps(low, np.minimum(low + 1, voxels - 1), held - low)


class _InPlane:
    """Planes of the source brought to the target's i and j, each made once; two are kept."""

    def __init__(self, data: NDArray[np.float32], i: _Taps, j: _Taps) -> None:
        self._data, self._i, self._j = data, i, j
        self._kept: dict[int, FloatArray] = {}

    def at(self, k: int) -> FloatArray:
        """Plane `k`, indexed [j, i]: the order in memory."""
        if k not in self._kept:
            self._kept = {number: plane for number, plane in self._kept.items() if number == k - 1}
            rows = self._data[:, :, k].T.astype(np.float64)
            rows = _blend(rows, self._j, 0)
            self._kept[k] = _blend(rows, self._i, 1)
        return self._kept[k]


def _blend(plane: FloatArray, taps: _Taps, axis: int) -> FloatArray:
    low = plane.take(taps.low, axis)
    step = plane.take(taps.high, axis)
    step -= low
    step *= taps.weight[:, None] if axis == 0 else taps.weight
    low += step
    return low


def _zero_outside(
    out: NDArray[np.float32] | NDArray[np.bool_], where: tuple[FloatArray, ...], source: Grid
) -> None:
    for axis, position in enumerate(where):
        np.moveaxis(out, axis, 0)[~inside(position, source.shape[axis])] = 0
