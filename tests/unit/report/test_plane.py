"""Radiological display for any direction of the grid."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest

from breastdce.core.grid import Grid
from breastdce.report.plane import Cut, planes, slice_areas

SHAPE_RAS = (5, 6, 7)
SPACING_RAS = (1.0, 2.0, 3.0)
ORIENTATIONS = [
    (axes, signs) for axes in permutations(range(3)) for signs in product((1, -1), repeat=3)
]


def _grid(axes: tuple[int, ...], signs: tuple[int, ...], tilt_deg: float = 0.0) -> Grid:
    """Array axis n runs along patient axis axes[n], in the direction signs[n]."""
    direction = np.zeros((3, 3))
    for column, (patient, sign) in enumerate(zip(axes, signs, strict=True)):
        direction[patient, column] = sign
    angle = np.radians(tilt_deg)
    turn = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    )
    shape = tuple(SHAPE_RAS[axis] for axis in axes)
    spacing = tuple(SPACING_RAS[axis] for axis in axes)
    return Grid(shape, spacing, turn @ direction, (0.0, 0.0, 0.0))  # type: ignore[arg-type]


def _cut(grid: Grid, name: str, index: int) -> Cut:
    plane = next(plane for plane in planes(grid) if plane.name == name)
    i, j, k = grid.shape
    return Cut(plane, grid, index, (slice(0, i), slice(0, j), slice(0, k)))


@pytest.mark.parametrize("tilt_deg", [0.0, 20.0])
@pytest.mark.parametrize(("axes", "signs"), ORIENTATIONS)
def test_the_right_anterior_head_corner_is_top_left_in_every_plane(axes, signs, tilt_deg):
    grid = _grid(axes, signs, tilt_deg)
    data = np.zeros(grid.shape)
    corner = tuple(
        length - 1 if sign > 0 else 0 for length, sign in zip(grid.shape, signs, strict=True)
    )
    data[corner] = 1
    for name in ("axial", "sagittal", "coronal"):
        plane = next(plane for plane in planes(grid) if plane.name == name)
        image = _cut(grid, name, corner[plane.normal]).take(data)
        assert image[0, 0] == 1
        assert image.sum() == 1


@pytest.mark.parametrize(("axes", "signs"), ORIENTATIONS)
def test_pictures_have_physical_proportions(axes, signs):
    grid = _grid(axes, signs)
    size = {name: _cut(grid, name, 0).size_mm for name in ("axial", "sagittal", "coronal")}
    assert size == {"axial": (5.0, 12.0), "sagittal": (12.0, 21.0), "coronal": (5.0, 21.0)}


@pytest.mark.parametrize(
    ("axes", "first"), [((0, 1, 2), "axial"), ((1, 2, 0), "sagittal"), ((0, 2, 1), "coronal")]
)
def test_the_acquired_plane_comes_first(axes, first):
    assert planes(_grid(axes, (1, 1, 1)))[0].name == first


def test_edge_letters_name_the_patients_sides():
    edges = {plane.name: plane.edges for plane in planes(_grid((0, 1, 2), (1, 1, 1)))}
    assert edges == {
        "axial": ("R", "L", "A", "P"),
        "sagittal": ("A", "P", "H", "F"),
        "coronal": ("R", "L", "H", "F"),
    }


def test_areas_of_slices_are_counted_along_any_axis():
    mask = np.random.default_rng(5).random((7, 6, 300)) < 0.9  # more than a byte counts
    for stored in (mask, np.asfortranarray(mask)):
        for axis in range(3):
            others = tuple(other for other in range(3) if other != axis)
            assert slice_areas(stored, axis).tolist() == mask.sum(axis=others).tolist()
