"""A smooth field on a lattice of cubic B-spline control points, as N4 fits it.

Along each axis `spans` polynomial pieces share `spans + 3` control points; position 0 is the
first sample that the field was learned from, position `spans` the last one. Source: Lee, Wolberg
and Shin 1997, IEEE TVCG 3:228; ITK `itkBSplineControlPointImageFilter.hxx` for the mapping of
samples to positions and for its last one, which lies a little before the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_END = 1e-3  # ITK's B-spline epsilon: this part of a sample step keeps the last one inside


class Samples(NamedTuple):
    """Which voxels along an axis the field was learned from: `number` of them, `step` apart."""

    start: int
    step: int
    number: int

    @property
    def selection(self) -> slice:
        """Slice of these voxels."""
        return slice(self.start, self.start + self.step * (self.number - 1) + 1, self.step)

    def positions(self, voxels: int) -> FloatArray:
        """Place of each of `voxels` between first (0) and last (1) sample, held at the ends."""
        where = (np.arange(voxels) - self.start) / (self.step * (self.number - 1))
        return np.clip(where, 0.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class BiasField:
    """Logarithm of a bias field, defined at every voxel of a grid."""

    lattice: FloatArray
    """Control points, shape (spans + 3,) * 3, indexed [i, j, k]."""
    samples: tuple[Samples, Samples, Samples]

    def planes(self, shape: tuple[int, int, int]) -> Iterator[NDArray[np.float32]]:
        """Logarithm of the field plane by plane along k, each [j, i]: the order in memory."""
        i, j, k = (
            basis(axis.positions(voxels), points).astype(np.float32)
            for axis, voxels, points in zip(self.samples, shape, self.lattice.shape, strict=True)
        )
        # [k, j, i], with j at its voxels: what is left for a plane is one product of matrices.
        columns = np.matmul(j, self.lattice.T.astype(np.float32))
        flat, across = columns.reshape(columns.shape[0], -1), np.ascontiguousarray(i.T)
        for weights in k:
            yield (weights @ flat).reshape(columns.shape[1:]) @ across

    def at_samples(self) -> FloatArray:
        """Logarithm of the field at the voxels it was learned from."""
        return _along_axes(
            self.lattice,
            [
                basis(np.linspace(0.0, 1.0, axis.number), points)
                for axis, points in zip(self.samples, self.lattice.shape, strict=True)
            ],
        )


class Knots(NamedTuple):
    """Where positions lie between control points."""

    knots: NDArray[np.int32]
    """First of the four control points around each position."""
    taps: FloatArray
    """Their weights, shape (positions, 4)."""


def knots_and_taps(positions: FloatArray, points: int) -> Knots:
    """Control points around `positions`, from 0 to 1, on an axis of `points` control points."""
    spans = points - 3
    end = spans - _END * spans / max(positions.size - 1, 1)
    place = np.minimum(positions * spans, end)
    knot = np.floor(place)
    u = place - knot
    v = 1.0 - u
    taps = np.stack([v**3, 3 * u**3 - 6 * u**2 + 4, 3 * v**3 - 6 * v**2 + 4, u**3], axis=1) / 6.0
    return Knots(knot.astype(np.int32), taps)


def basis(positions: FloatArray, points: int) -> FloatArray:
    """Weights of the control points at `positions` from 0 to 1, shape (positions, points)."""
    knots, taps = knots_and_taps(positions, points)
    weights = np.zeros((positions.size, points))
    np.put_along_axis(weights, knots[:, None] + np.arange(4), taps, axis=1)
    return weights


def lattice_of(field: NDArray[np.float32], points: int) -> FloatArray:
    """Control points of a field that is known at equally spaced positions over its whole domain.

    Least squares axis by axis; exact to rounding when each axis of `field` has more values than
    the `points` control points wanted.
    """
    solve: list[FloatArray] = [
        np.linalg.pinv(basis(np.linspace(0.0, 1.0, number), points)).astype(np.float64)
        for number in field.shape
    ]
    return _along_axes(field.astype(np.float64), solve)


def _along_axes(values: FloatArray, matrices: list[FloatArray]) -> FloatArray:
    for axis, matrix in enumerate(matrices):
        values = np.moveaxis(np.tensordot(matrix, values, (1, axis)), 0, axis)
    return values
