"""Which way a grid is shown: three planes in radiological display, whatever the directions are.

In all three planes the image runs from the patient's right, front or head (left and top edge) to
left, back or feet (right and bottom edge): both displayed axes point to the negative side of RAS+.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import FloatArray, Grid

Array = NDArray[Any]
Crop = tuple[slice, slice, slice]

_FROM, _TO = "RAH", "LPF"  # edge letters by patient axis: right, anterior, head; left, ...
_PLANES = (  # name, then patient axes: normal, across, down
    ("axial", 2, 0, 1),
    ("sagittal", 0, 1, 2),
    ("coronal", 1, 0, 2),
)
_ACQUIRED_AXIS = 2  # slices lie along k


@dataclass(frozen=True, slots=True)
class Plane:
    """How slices across one array axis are laid out on the screen."""

    name: str
    normal: int
    """Array axis that the slices are stacked along."""
    across: int
    """Array axis that runs along the image's rows (to the right)."""
    down: int
    """Array axis that runs along the image's columns (downward)."""
    flip_across: bool
    flip_down: bool
    edges: tuple[str, str, str, str]
    """Letters of the left, right, top and bottom edge."""

    def lay_out(self, cut: Array) -> Array:
        """Turn a slice with its two array axes in ascending order into [row, column]."""
        image = cut if self.down < self.across else cut.T
        if self.flip_down:
            image = image[::-1]
        return image[:, ::-1] if self.flip_across else image


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """One slice of a grid in one plane, cropped."""

    plane: Plane
    grid: Grid
    index: int
    """Slice number along the plane's normal axis, from 0."""
    crop: Crop
    """Part of the grid that is shown, along i, j, k."""

    def take(self, data: Array) -> Array:
        """Give the slice of an array on this grid as [row, column], as displayed."""
        where: list[slice | int] = list(self.crop)
        where[self.plane.normal] = self.index
        return self.plane.lay_out(data[tuple(where)])

    @property
    def pixel_mm(self) -> tuple[float, float]:
        """Width and height of a pixel, mm."""
        spacing = self.grid.spacing_mm
        return spacing[self.plane.across], spacing[self.plane.down]

    @property
    def pixels(self) -> tuple[int, int]:
        """Columns and rows."""
        across, down = self.crop[self.plane.across], self.crop[self.plane.down]
        return across.stop - across.start, down.stop - down.start

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height of the picture, mm."""
        (width, height), (columns, rows) = self.pixel_mm, self.pixels
        return width * columns, height * rows

    @property
    def label(self) -> str:
        """Plane and slice in words; slices are counted from 1, the array index stands beside."""
        axis = "ijk"[self.plane.normal]
        count = self.grid.shape[self.plane.normal]
        name = self.plane.name.capitalize()
        return f"{name}, slice {self.index + 1} of {count} ({axis} = {self.index})"


def planes(grid: Grid) -> tuple[Plane, Plane, Plane]:
    """Axial, sagittal and coronal plane of a grid, the acquired one first.

    Each array axis is taken for the patient axis it is closest to, as a whole: the assignment
    with the largest sum of absolute direction cosines.
    """
    axis_of = _axis_of_patient(grid.direction)
    found = [_plane(name, axes, axis_of, grid.direction) for name, *axes in _PLANES]
    found.sort(key=lambda plane: plane.normal != _ACQUIRED_AXIS)  # stable
    return found[0], found[1], found[2]


def _axis_of_patient(direction: FloatArray) -> tuple[int, ...]:
    """Array axis for each patient axis (R, A, S)."""
    fits = {
        axes: sum(abs(direction[patient, axis]) for patient, axis in enumerate(axes))
        for axes in permutations(range(3))
    }
    return max(fits, key=lambda axes: fits[axes])


def _plane(name: str, patient: list[int], axis_of: tuple[int, ...], direction: FloatArray) -> Plane:
    normal, across, down = (axis_of[axis] for axis in patient)
    _, h, v = patient
    return Plane(
        name=name,
        normal=normal,
        across=across,
        down=down,
        flip_across=bool(direction[h, across] > 0),
        flip_down=bool(direction[v, down] > 0),
        edges=(_FROM[h], _TO[h], _FROM[v], _TO[v]),
    )


def fullest_slice(mask: NDArray[np.bool_], axis: int) -> int | None:
    """Slice along `axis` in which the mask has most voxels, the first of equals; None if empty."""
    areas = slice_areas(mask, axis)
    return int(areas.argmax()) if areas.any() else None


def slice_areas(mask: NDArray[np.bool_], axis: int) -> NDArray[np.int64]:
    """Voxels of the mask in each slice along `axis`."""
    if axis == 2:  # slices lie whole in memory
        return np.array([np.count_nonzero(mask[:, :, k]) for k in range(mask.shape[2])], np.int64)
    through = mask.view(np.uint8).sum(axis=2, dtype=np.uint32)
    areas: NDArray[np.int64] = through.sum(axis=1 - axis, dtype=np.int64)
    return areas
