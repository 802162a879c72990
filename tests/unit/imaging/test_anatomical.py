"""One image, however its axes run, looks the same along the axes of the body."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.imaging.anatomical import Anatomical, coarse_view

AXIAL = np.diag([-1.0, -1.0, 1.0])
SAGITTAL = np.array([[0.0, 0, 1], [-1, 0, 0], [0, -1, 0]])


def positions(direction):
    """An image whose value tells where it is: 10000 x + 100 y + z, in mm."""
    grid = Grid((4, 6, 8), (1.0, 2.0, 3.0), direction, (5.0, -7.0, 11.0))
    index = np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1)
    at = index @ grid.affine[:3, :3].T + grid.affine[:3, 3]
    values = at @ [10000.0, 100.0, 1.0]
    return Volume(np.asfortranarray(values, np.float32), grid)


@pytest.mark.parametrize("direction", [np.eye(3), AXIAL, SAGITTAL])
def test_axes_ascend_to_right_front_and_head_with_true_positions(direction):
    volume = positions(direction)
    body = Anatomical.of(volume.grid)
    view = body.view(volume.data)
    for x, y, z in ((0, 0, 0), (1, 2, 3), (3, 3, 3)):
        where = [f + s * n for f, s, n in zip(body.first_mm, body.step_mm, (x, y, z), strict=True)]
        assert view[x, y, z] == pytest.approx(np.dot(where, [10000.0, 100.0, 1.0]), abs=1e-2)


def test_writing_into_the_view_writes_into_the_image():
    volume = positions(SAGITTAL)
    Anatomical.of(volume.grid).view(volume.data)[0, 0, 0] = -1
    assert volume.data[3, 5, 0] == -1  # most posterior, most inferior, leftmost


def test_a_tilted_grid_keeps_its_center_and_each_axis_once():
    angle = np.deg2rad(30)
    turn = np.array(
        [[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]]
    )
    grid = Grid((5, 7, 9), (1.0, 1.0, 2.0), turn @ AXIAL, (3.0, 2.0, 1.0))
    body = Anatomical.of(grid)
    assert body.order == (0, 1, 2)
    middle = (grid.affine @ [2, 3, 4, 1])[:3]
    half = np.array(body.step_mm) * [2, 3, 4]
    np.testing.assert_allclose(np.array(body.first_mm) + half, middle, atol=1e-9)


def test_blocks_are_means_at_their_centers():
    volume = positions(AXIAL)
    coarse = coarse_view(volume, 4.0)
    assert coarse.step_mm == (4.0, 4.0, 3.0)
    assert coarse.data.shape == (1, 3, 8)
    x, y, z = (coarse.along(axis) for axis in range(3))
    told = 10000 * x[:, None, None] + 100 * y[None, :, None] + z[None, None, :]
    np.testing.assert_allclose(coarse.data, told, atol=0.05)  # float32 of values up to 5e4
