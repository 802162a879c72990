"""Where slices lie, from their positions alone: LPS mm, nothing but numpy.

Slice order is along row x column direction. Header fields such as SliceLocation or
SpacingBetweenSlices never decide anything here: positions do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import SeriesCode
from breastdce.core.errors import InputError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

ORTHOGONAL = 1e-3
"""Largest departure of the direction cosines from orthogonal unit vectors."""
SAME_DIRECTION = 1e-4
"""Largest difference of a direction cosine among the slices of one volume."""
SHEAR_PIXELS = 0.1
"""Largest in-plane shift of a slice against the first, in pixels."""
STEP_EVEN = 0.01
"""(max - min) / median of the steps up to which they count as equal."""
STEP_LIMIT = 0.05
"""The same, up to which the mean step may still stand for all."""
SHARED_POSITION = 0.1
"""Slices closer than this part of the median step share a position."""
LEAST_STEP_MM = 0.05
"""Differences below this are the noise of decimal strings: no MR slice is as thin."""
PIXEL_MM = (0.02, 20.0)
"""Pixels that an image of a body can have: below are microscopes, above a breast has no pixels."""
SAME_GRID_MM = 0.01
"""Corners of two volumes on one grid agree within this."""


@dataclass(frozen=True, slots=True, eq=False)
class Lattice:
    """A regular stack of slices, DICOM's LPS world, index order i (column), j (row), k (slice)."""

    shape: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    direction: FloatArray
    """3 x 3, columns are the unit vectors of i, j, k."""
    origin_mm: tuple[float, float, float]
    step_spread: float
    """(max - min) / median of the steps between slices."""

    def corners(self) -> FloatArray:
        """Centers of the eight corner voxels, shape (8, 3), LPS mm."""
        ends = [(0.0, float(size - 1)) for size in self.shape]
        index = np.array(np.meshgrid(*ends, indexing="ij")).reshape(3, 8)
        scaled = self.direction * np.asarray(self.spacing_mm)
        corners: FloatArray = (scaled @ index).T + np.asarray(self.origin_mm)
        return corners

    def same_place(self, other: Lattice) -> bool:
        """Whether both have the same voxels, within 0.01 mm at the corners."""
        if self.shape != other.shape:
            return False
        return bool(np.abs(self.corners() - other.corners()).max() <= SAME_GRID_MM)

    def overlap(self, other: Lattice) -> float:
        """Part of the smaller bounding box that lies in the other's, 0 to 1."""
        low = np.maximum(self.corners().min(0), other.corners().min(0))
        high = np.minimum(self.corners().max(0), other.corners().max(0))
        sizes = [np.ptp(item.corners(), axis=0) + 1e-9 for item in (self, other)]
        least = min(float(np.prod(size)) for size in sizes)
        return float(np.prod(np.clip(high - low, 0.0, None))) / least


def axes(orientation: Sequence[float]) -> FloatArray:
    """Unit vectors of i, j, k as the columns of a 3 x 3 matrix, orthonormalized.

    Parameters
    ----------
    orientation
        ImageOrientationPatient: direction of a row, then of a column (LPS).

    Raises
    ------
    InputError
        GEOMETRY_BAD when they are not orthogonal unit vectors within 1e-3.
    """
    row, column = np.asarray(orientation, dtype=np.float64).reshape(2, 3)
    worst = max(abs(row @ row - 1.0), abs(column @ column - 1.0), abs(row @ column))
    if not worst <= ORTHOGONAL:
        raise InputError(
            SeriesCode.GEOMETRY_BAD,
            evidence={"departure_from_orthonormal": float(f"{worst:.3g}")},
        )
    row = row / np.linalg.norm(row)
    column = column - (column @ row) * row
    column = column / np.linalg.norm(column)
    return np.stack([row, column, np.cross(row, column)], axis=1) + 0.0  # no negative zeros


def cluster_positions(along: FloatArray) -> tuple[IntArray, FloatArray]:
    """Which slices share a position.

    Parameters
    ----------
    along
        Shape (n,), mm along the normal, in any order.

    Returns
    -------
    tuple
        Index of the position of each slice, shape (n,), and the positions in rising order, rounded
        to 0.001 mm, shape (m,).
    """
    order = np.argsort(along, kind="stable")
    steps = np.diff(along[order])
    real = steps[steps > LEAST_STEP_MM]
    limit = SHARED_POSITION * float(np.median(real)) if real.size else LEAST_STEP_MM
    rank = np.concatenate([[0], np.cumsum(steps > limit)])
    labels = np.empty(along.size, dtype=np.int64)
    labels[order] = rank
    counts = np.bincount(labels)
    return labels, np.round(np.bincount(labels, weights=along) / counts, 3)


def lattice(
    positions: FloatArray,
    orientations: FloatArray,
    pixel_spacing_mm: tuple[float, float],
    size: tuple[int, int],
) -> Lattice:
    """Make sure that slices form a regular stack.

    Parameters
    ----------
    positions
        Shape (n, 3), ImagePositionPatient in order of k, LPS mm; n is at least 2.
    orientations
        Shape (n, 6), ImageOrientationPatient.
    pixel_spacing_mm
        As DICOM orders it: between rows, between columns.
    size
        Columns, rows.

    Raises
    ------
    InputError
        GEOMETRY_BAD, GEOMETRY_VARIES, GEOMETRY_SHEARED, SLICE_MISSING, STEP_UNEVEN.
    """
    _check_spacing(pixel_spacing_mm)
    _check_same_direction(orientations)
    direction = axes(orientations.mean(axis=0))
    in_plane = (pixel_spacing_mm[1], pixel_spacing_mm[0])
    _check_shear(positions, direction, in_plane)
    along = positions @ direction[:, 2]
    spread = _step_spread(along)
    step = float(along[-1] - along[0]) / (len(along) - 1)
    return Lattice(
        shape=(*size, len(along)),
        spacing_mm=(*in_plane, step),
        direction=direction,
        origin_mm=(float(positions[0, 0]), float(positions[0, 1]), float(positions[0, 2])),
        step_spread=spread,
    )


def is_pixel_spacing(spacing: tuple[float, float]) -> bool:
    """Whether a scanner can have given such a PixelSpacing."""
    least, largest = PIXEL_MM
    return all(least <= step <= largest for step in spacing)


def _check_spacing(spacing: tuple[float, float]) -> None:
    if not is_pixel_spacing(spacing):
        raise InputError(SeriesCode.GEOMETRY_BAD, evidence={"pixel_spacing_mm": list(spacing)})


def _check_same_direction(orientations: FloatArray) -> None:
    worst = float(np.ptp(orientations, axis=0).max())
    if worst > SAME_DIRECTION:
        raise InputError(
            SeriesCode.GEOMETRY_VARIES, evidence={"directions_differ_by": round(worst, 6)}
        )


def _check_shear(
    positions: FloatArray, direction: FloatArray, in_plane: tuple[float, float]
) -> None:
    shift = (positions - positions[0]) @ direction[:, :2] / np.asarray(in_plane)
    worst = float(np.abs(shift).max())
    if worst > SHEAR_PIXELS:
        raise InputError(SeriesCode.GEOMETRY_SHEARED, evidence={"shift_pixels": round(worst, 3)})


def _step_spread(along: FloatArray) -> float:
    steps = np.diff(along)
    median = float(np.median(steps))
    spread = float(np.ptp(steps)) / median
    if spread <= STEP_LIMIT:
        return spread
    missing = missing_positions(along)
    if missing:
        raise InputError(
            SeriesCode.SLICE_MISSING,
            evidence={
                "missing_mm_from_first": [round(item - float(along[0]), 3) for item in missing],
                "missing_index": [round((item - float(along[0])) / median) for item in missing],
                "step_mm": round(median, 4),
            },
        )
    raise InputError(
        SeriesCode.STEP_UNEVEN,
        evidence={"least_mm": float(steps.min()), "largest_mm": float(steps.max())},
    )


def missing_positions(along: FloatArray) -> tuple[float, ...]:
    """Positions (mm along the normal) left out where steps are whole multiples of the median.

    Empty when there are none or when some step is no whole multiple.
    """
    steps = np.diff(along)
    median = float(np.median(steps))
    counts = np.rint(steps / median)
    if np.abs(steps / median - counts).max() > STEP_LIMIT or counts.min() < 1:
        return ()
    found: list[float] = []
    for start, count in zip(along[:-1], counts, strict=True):
        found += [float(start) + median * i for i in range(1, int(count))]
    return tuple(found)
