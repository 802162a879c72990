"""Masks of other axes come back voxel by voxel; other voxels are refused."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from breastdce.core.codes import CaveatCode, ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.imaging.alignment import Turn, fit

ANGLE = 0.4
OBLIQUE = np.array(
    [[np.cos(ANGLE), -np.sin(ANGLE), 0], [np.sin(ANGLE), np.cos(ANGLE), 0], [0, 0, 1.0]]
)
GRID = Grid((3, 4, 5), (0.7, 0.8, 2.5), OBLIQUE, (-10.0, 20.0, 3.5))
TURNS = [
    Turn((i, j, k), (flip_i, flip_j, flip_k))
    for i, j, k in itertools.permutations((0, 1, 2))
    for flip_i, flip_j, flip_k in itertools.product((False, True), repeat=3)
]


def place(grid, index):
    return grid.affine[:3, :3] @ index + grid.affine[:3, 3]


@pytest.mark.parametrize("turn", TURNS, ids=str)
def test_a_turned_voxel_stays_where_it_was(turn):
    data = np.zeros(GRID.shape, bool)
    data[2, 1, 4] = True
    turned = turn.array(data)
    (index,) = np.argwhere(turned)
    grid = turn.grid(GRID)
    assert grid.shape == turned.shape
    assert np.allclose(place(grid, index), place(GRID, (2, 1, 4)), rtol=0, atol=1e-12)


@pytest.mark.parametrize("turn", TURNS, ids=str)
def test_every_turn_is_undone(turn):
    data = np.arange(60).reshape(GRID.shape)
    found = fit(turn.grid(GRID), GRID)
    assert np.array_equal(found.turn.array(turn.array(data)), data)
    assert found.apart_mm < 1e-9
    codes = [caveat.code for caveat in found.caveats()]
    assert codes == ([] if turn.is_identity else [CaveatCode.GEOMETRY_REORIENTED])


def moved(shift_mm):
    x, y, z = GRID.origin_mm
    return replace(GRID, origin_mm=(x + shift_mm, y, z))


@pytest.mark.parametrize(
    ("shift_mm", "noted"), [(0.0, False), (9e-4, False), (2e-3, True), (0.069, True)]
)
def test_up_to_a_tenth_of_a_voxel_is_the_same_place(shift_mm, noted):
    codes = {caveat.code for caveat in fit(moved(shift_mm), GRID).caveats()}
    assert codes == ({CaveatCode.GEOMETRY_NEAR} if noted else set())


@pytest.mark.parametrize(
    "other",
    [
        moved(0.071),
        replace(GRID, spacing_mm=(0.7, 0.8, 2.6)),
        replace(GRID, shape=(3, 4, 6)),
        replace(GRID, direction=np.eye(3)),
        replace(GRID, origin_mm=(10.0, 20.0, 3.5)),
    ],
)
def test_other_voxels_are_refused_with_both_geometries(other):
    with pytest.raises(InputError) as caught:
        fit(other, GRID)
    assert caught.value.code is ErrorCode.GRID_MISMATCH
    assert caught.value.evidence == {"image": GRID.describe(), "mask": other.describe()}


def test_axes_halfway_between_ours_are_refused():
    half = np.pi / 4
    turned = np.array(
        [[np.cos(half), -np.sin(half), 0], [np.sin(half), np.cos(half), 0], [0, 0, 1.0]]
    )
    straight = Grid((3, 3, 3), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    with pytest.raises(InputError, match="GRID_MISMATCH"):
        fit(replace(straight, direction=turned), straight)
