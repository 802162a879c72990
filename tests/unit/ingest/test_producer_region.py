from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.codes import CaveatCode, ExamCode
from breastdce.core.errors import ExamRefused
from breastdce.core.exam import Box, Polygon
from breastdce.core.grid import Grid
from breastdce.formats.dicom.ucsf import BoxMm
from breastdce.ingest.producer_region import box_from_mm, mirror, mirror_polygon, place_voi
from breastdce.kinetics.roi import region_mask

# The grid and the box of a real sagittal exam (UCSF-BR-06).
DIRECTION_RAS = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
GRID = Grid(
    (256, 256, 60), (0.703125, 0.703125, 2.0), DIRECTION_RAS, (-157.800003, 106.699997, 78.0)
)
INDEX = Box((40, 72, 9), (147, 195, 50))
HALF_AXES = ((0.0, 37.9687499648, 0.0), (0.0, 0.0, 43.5937499648), (41.9999999, 0.0, 0.0))
MM = BoxMm((98.8000031, -40.9578095352, -15.8671874648), HALF_AXES)


def moved(mm: BoxMm, *, columns: float = 0.0, slices: float = 0.0) -> BoxMm:
    x, y, z = mm.center
    return BoxMm((x - 2.0 * slices, y + 0.703125 * columns, z), mm.half_axes)


def test_index_and_millimeters_of_a_real_exam_are_one_box():
    placed = place_voi(INDEX, MM, GRID)
    assert placed is not None
    assert placed == (INDEX, False, ())
    assert box_from_mm(MM, GRID) == INDEX


def test_without_index_the_millimeters_count_and_without_both_there_is_none():
    placed = place_voi(None, MM, GRID)
    assert placed is not None
    assert (placed.box, placed.caveats) == (INDEX, ())
    assert place_voi(None, None, GRID) is None


def test_half_a_pixel_of_difference_is_no_caveat():
    assert place_voi(INDEX, moved(MM, columns=0.5), GRID) == (INDEX, False, ())


def test_the_index_wins_over_millimeters_that_disagree_and_it_is_said():
    placed = place_voi(INDEX, moved(MM, columns=3.0), GRID)
    assert placed is not None
    assert placed.box == INDEX
    assert [caveat.code for caveat in placed.caveats] == [CaveatCode.VOI_DISAGREES]
    assert placed.caveats[0].detail == {"used": "index", "apart_voxels": 3.0}


def test_an_index_through_all_phases_gives_way_to_the_millimeters():
    beyond = Box((40, 72, 148), (147, 195, 189))
    placed = place_voi(beyond, MM, GRID)
    assert placed is not None
    assert placed.box == INDEX
    assert [caveat.code for caveat in placed.caveats] == [CaveatCode.VOI_DISAGREES]


def test_neither_box_in_the_images_is_refused():
    with pytest.raises(ExamRefused) as refused:
        place_voi(Box((40, 72, 148), (147, 195, 189)), moved(MM, slices=100), GRID)
    assert refused.value.code is ExamCode.VOI_EMPTY


def test_slices_counted_from_the_other_end_are_turned_round_where_millimeters_prove_it():
    upper = moved(MM, slices=5.0)  # slices 14 to 55; from the other end 4 to 45
    placed = place_voi(Box((40, 72, 4), (147, 195, 45)), upper, GRID)
    assert placed is not None
    assert placed.box == Box((40, 72, 14), (147, 195, 55))
    assert placed.reversed_slices
    assert [caveat.code for caveat in placed.caveats] == [CaveatCode.VOI_DISAGREES]


def test_an_index_without_millimeters_is_taken_as_it_is():
    beyond = Box((40, 72, 9), (147, 195, 60))
    assert place_voi(beyond, None, GRID) == (beyond, False, ())


@pytest.mark.parametrize(("axis", "plane_axes"), [(0, (1, 2)), (1, (2, 0)), (2, (0, 1))])
def test_a_mirrored_polygon_holds_the_same_voxels_counted_from_the_other_end(
    axis: int, plane_axes: tuple[int, int]
):
    polygon = Polygon(axis, plane_axes, ((1.2, 2.0), (5.7, 2.3), (5.0, 9.1)), 1, 2)
    grid = Grid((11, 12, 13), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    turned = mirror_polygon(polygon, grid)
    expected = region_mask((polygon,), grid).data[:, :, ::-1]
    assert expected.any()
    np.testing.assert_array_equal(region_mask((turned,), grid).data, expected)


def test_a_mirrored_box_holds_the_same_voxels_counted_from_the_other_end():
    turned = region_mask((mirror(INDEX, GRID),), GRID).data
    np.testing.assert_array_equal(turned, region_mask((INDEX,), GRID).data[:, :, ::-1])
