"""Known motion of phantoms: closed forms of the displacements, and what is left alone."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.grid import Grid
from breastdce.testing import PhantomParams, make_phantom
from breastdce.testing.motion import make_moving_phantom, positions_mm, rigid_move, shear_wave
from breastdce.testing.motion import warped as warp

GRID = Grid((24, 22, 16), (5.0, 5.0, 6.0), np.diag([-1.0, -1.0, 1.0]), (135.0, 110.0, -50.0))


def test_a_translation_moves_everything_alike():
    move = rigid_move((1.0, -2.0, 3.0), (0.0, 0.0, 0.0), (5.0, 6.0, 7.0))
    np.testing.assert_allclose(
        move(positions_mm(GRID)), np.broadcast_to([1, -2, 3], (*GRID.shape, 3))
    )


@pytest.mark.parametrize(
    ("angles", "moved", "came_from"),
    [
        ((90.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, 1.0, 0.0)),
        ((0.0, 90.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)),
        ((0.0, 0.0, 90.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)),
    ],
)
def test_a_quarter_turn_carries_one_axis_to_the_next(angles, moved, came_from):
    move = rigid_move((0.0, 0.0, 0.0), angles, (0.0, 0.0, 0.0))
    at = np.array(moved)
    np.testing.assert_allclose(at - move(at), came_from, atol=1e-12)


def test_a_wave_slides_along_one_axis():
    move = shear_wave(4.0, 2, 1, 120.0)
    np.testing.assert_allclose(move(np.array([3.0, 30.0, 7.0])), (0, 0, 4.0), atol=1e-12)


def test_a_whole_voxel_shift_moves_voxels():
    values = np.random.default_rng(0).uniform(1, 2, GRID.shape).astype(np.float32)
    moved = warp(values, GRID, rigid_move((-5.0, 0.0, 0.0), (0, 0, 0), (0, 0, 0)))
    # x falls along i: tissue that moves by -5 mm is found one voxel further on.
    np.testing.assert_allclose(moved[1:], values[:-1], atol=1e-4)  # float32 through a spline


def test_a_phase_without_motion_is_that_of_the_phantom():
    plain = make_phantom(GRID, (-60.0, 90.0), PhantomParams(), np.random.default_rng(5))
    made = make_moving_phantom(
        GRID,
        (-60.0, 90.0),
        PhantomParams(),
        np.random.default_rng(5),
        (None, shear_wave(3.0, 0, 1, 120.0)),
    )
    assert (made.images[0] == plain.images[0]).all()
    assert (made.truth.phases[1] == plain.truth.phases[1]).all()
    assert np.abs(made.images[1] - plain.images[1]).max() > 50
