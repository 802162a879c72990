"""Resampling between grids whose axes run alike: output grid rules, images, masks, labels.

A voxel center of the target has a position in voxels of the source, per axis. ITK counts
positions from -0.5 up to, but not at, n - 0.5 as inside and fills the rest with 0
(`itkImageFunction.h`, IsInsideBuffer); between the outermost center and that limit the edge
value holds. `Edge.EXTEND` lets the edge value hold everywhere.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import FloatArray, Grid
from breastdce.core.volume import Mask, Volume
from breastdce.imaging.kernel import read_only
from breastdce.imaging.linear_loops import pick, vote_linear
from breastdce.imaging.separable import Order, Separable, linear_axis
from breastdce.imaging.spline_loops import Ends

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


class Interpolation:
    """Images of one grid at the voxel centers of another; tables and buffers serve all of them.

    One thread at a time: the buffers are written to.

    Parameters
    ----------
    source, target
        Grids whose axes run alike; any spacing, size and origin.
    order
        `linear`; or `cubic`, the B-spline of order 3 through the samples. Its values leave the
        range of the samples beside steep edges.
    edge
        What lies beyond. With `ITK` the spline is that of the mirrored image up to half a voxel
        beyond the outermost centers, and 0 behind; with `EXTEND` that of the image whose edge
        values go on.

    Raises
    ------
    InputError
        GRID_MISMATCH when the axes of the two grids do not run alike.
    """

    def __init__(self, source: Grid, target: Grid, order: Order, edge: Edge) -> None:
        self._source, self._target, self._edge = source, target, edge
        self._where = positions(source, target)
        ends = Ends.MIRRORED if edge is Edge.ITK else Ends.EXTENDED
        held = [_held(at, n) for at, n in zip(self._where, source.shape, strict=True)]
        self._values = Separable(source.shape[::-1], held[::-1], order, ends, np.float32)

    def __call__(self, volume: Volume) -> Volume:
        """Interpolate in float32; the result is new, in Fortran order."""
        out = self._values(volume.data.T).T
        if self._edge is Edge.ITK:
            _zero_outside(out, self._where, self._source)
        return Volume(out, self._target)


def linear(volume: Volume, target: Grid, edge: Edge) -> Volume:
    """Trilinear interpolation of one image; see `Interpolation`."""
    return Interpolation(volume.grid, target, "linear", edge)(volume)


def cubic(volume: Volume, target: Grid, edge: Edge) -> Volume:
    """Cubic B-spline interpolation of one image; see `Interpolation`."""
    return Interpolation(volume.grid, target, "cubic", edge)(volume)


def nearest(mask: Mask, target: Grid, edge: Edge) -> Mask:
    """Nearest voxel of a mask; halves round up, as in ITK.

    Raises
    ------
    InputError
        GRID_MISMATCH, see `positions`.
    """
    where = positions(mask.grid, target)
    i, j, k = (
        np.clip(np.floor(at + 0.5), 0, n - 1).astype(np.uint32)
        for at, n in zip(where, mask.grid.shape, strict=True)
    )
    out = np.empty(target.shape, np.bool_, order="F")
    pick(read_only(mask.data.T), k, j, i, out.T)
    if edge is Edge.ITK:
        _zero_outside(out, where, mask.grid)
    return Mask(out, target)


def vote(
    labels: NDArray[np.integer[Any]], source: Grid, target: Grid, edge: Edge
) -> NDArray[np.integer[Any]]:
    """Carry labels over by their shares: each is interpolated linearly, the largest share wins.

    Of equal shares the lower label wins, so that a voxel half in and half out is out.

    Parameters
    ----------
    labels
        Shape of `source`, any type of whole numbers; 0 is a label like others.
    source, target
        Grids whose axes run alike.
    edge
        `ITK`: 0 beyond half a voxel outside the outermost centers.

    Returns
    -------
    ndarray of shape target.shape
        In the type of `labels`, Fortran order.

    Raises
    ------
    InputError
        GRID_MISMATCH, see `positions`.
    """
    where = positions(source, target)
    i, j, k = (linear_axis(at, n) for at, n in zip(where, source.shape, strict=True))
    out = np.empty(target.shape, labels.dtype, order="F")
    block = read_only(labels.T)
    vote_linear(block, k.sample, k.weight, j.sample, j.weight, i.sample, i.weight, out.T)
    if edge is Edge.ITK:
        _zero_outside(out, where, source)
    return out


def _held(position: FloatArray, voxels: int) -> FloatArray:
    """Positions no further outside than a mirrored spline reaches; those beyond become 0."""
    return np.clip(position, -0.5, voxels - 0.5)


def _zero_outside(out: NDArray[Any], where: tuple[FloatArray, ...], source: Grid) -> None:
    for axis, position in enumerate(where):
        np.moveaxis(out, axis, 0)[~inside(position, source.shape[axis])] = 0
