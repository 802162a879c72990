"""The box around a mask holds all of it and no empty plane at its sides."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from breastdce.core.grid import Grid
from breastdce.imaging.box import bounding_box

VOXEL = st.tuples(st.integers(0, 4), st.integers(0, 5), st.integers(0, 6))


@given(st.sets(VOXEL, min_size=1))
def test_box_reaches_from_the_first_to_the_last_voxel(voxels):
    mask = np.zeros((5, 6, 7), bool, order="F")
    for voxel in voxels:
        mask[voxel] = True
    expected = [(min(at), max(at) + 1) for at in zip(*voxels, strict=True)]
    assert [(part.start, part.stop) for part in bounding_box(mask)] == expected


def test_box_of_nothing_is_empty():
    empty = np.zeros((2, 3, 4), bool)
    assert empty[bounding_box(empty)].size == 0


def test_cropped_grid_has_its_voxels_where_they_were():
    turn = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    grid = Grid((5, 6, 7), (0.7, 0.8, 2.0), turn, (10.0, -20.0, 30.0))
    part = grid.cropped((slice(1, 4), slice(2, 6), slice(3, 7)))
    assert part.shape == (3, 4, 4)
    assert part.spacing_mm == grid.spacing_mm
    np.testing.assert_allclose(
        part.affine @ [1, 1, 1, 1], grid.affine @ [2, 3, 4, 1], rtol=0, atol=1e-12
    )
