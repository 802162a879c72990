from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.codes import CaveatCode, ExamCode
from breastdce.core.errors import ExamRefused
from breastdce.core.exam import Box, Polygon
from breastdce.core.grid import Grid
from breastdce.kinetics.roi import clip, polygon_plane, region_mask, whole, window

GRID = Grid((5, 6, 7), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))


def test_a_box_inside_stays_without_caveat():
    box = Box((1, 2, 3), (4, 5, 6))
    assert clip(box, GRID) == (box, ())


def test_a_box_beyond_the_grid_is_clipped_and_says_how_much_is_lost():
    box, caveats = clip(Box((-1, 0, 0), (4, 5, 9)), GRID)
    assert box == whole(GRID)
    assert [caveat.code for caveat in caveats] == [CaveatCode.VOI_CLIPPED]
    assert caveats[0].detail == {"voxels_lost": 6 * 6 * 10 - 5 * 6 * 7}


@pytest.mark.parametrize(
    "box",
    [Box((5, 0, 0), (9, 5, 6)), Box((0, -4, 0), (4, -1, 6)), Box((3, 0, 0), (2, 5, 6))],
)
def test_a_box_without_voxels_is_refused(box: Box):
    with pytest.raises(ExamRefused) as refused:
        clip(box, GRID)
    assert refused.value.code is ExamCode.VOI_EMPTY


def test_first_and_last_are_both_inside():
    cut = np.zeros(GRID.shape)[window(Box((1, 1, 1), (2, 3, 4)))]
    assert cut.shape == (2, 3, 4)


def test_regions_are_joined_and_cut_at_the_border():
    mask = region_mask((Box((-3, 0, 0), (0, 0, 0)), Box((4, 5, 6), (9, 9, 9))), GRID)
    assert np.argwhere(mask.data).tolist() == [[0, 0, 0], [4, 5, 6]]


def test_a_pixel_is_inside_when_its_point_shifted_by_half_a_pixel_is():
    # 0.4 to 1.6 holds 0.5 and 1.5 (pixels 0 and 1), but of the whole numbers only 1.
    square = ((0.4, 0.4), (1.6, 0.4), (1.6, 1.6), (0.4, 1.6))
    inside = np.argwhere(polygon_plane(square, 4, 4)).tolist()
    assert inside == [[0, 0], [0, 1], [1, 0], [1, 1]]


@pytest.mark.parametrize(
    ("axis", "plane_axes"), [(0, (1, 2)), (1, (2, 0)), (1, (0, 2)), (2, (0, 1))]
)
def test_a_polygon_is_extruded_between_first_and_last(axis: int, plane_axes: tuple[int, int]):
    square = ((1.0, 2.0), (3.0, 2.0), (3.0, 5.0), (1.0, 5.0))  # 2 along the first axis, 3 along b
    mask = region_mask((Polygon(axis, plane_axes, square, 2, 3),), GRID)
    extent = {axis: (2, 3), plane_axes[0]: (1, 2), plane_axes[1]: (2, 4)}
    for dimension, (first, last) in extent.items():
        indices = np.argwhere(mask.data)[:, dimension]
        assert (indices.min(), indices.max()) == (first, last)
    assert int(mask.data.sum()) == 2 * 2 * 3


def test_a_polygon_that_starts_before_the_grid_is_cut():
    square = ((0.0, 0.0), (5.0, 0.0), (5.0, 6.0), (0.0, 6.0))
    assert int(region_mask((Polygon(2, (0, 1), square, -4, 0),), GRID).data.sum()) == 30
    assert not region_mask((Polygon(2, (0, 1), square, -4, -1),), GRID).data.any()
