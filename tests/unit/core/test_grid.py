"""A grid keeps spacing as given and knows where its voxels lie."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.codes import ErrorCode, ExamCode
from breastdce.core.errors import ExamRefused, InputError
from breastdce.core.exam import Dynamic, ExamId, Triple
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume


def grid(origin=(1.0, 2.0, 3.0), shape=(4, 5, 6)) -> Grid:
    return Grid(shape, (0.703125, 0.703125, 2.0), np.eye(3), origin)


def test_affine_maps_indices_to_mm():
    np.testing.assert_allclose(grid().affine @ (1, 1, 1, 1), (1.703125, 2.703125, 5.0, 1))


def test_voxel_volume():
    assert grid().voxel_ml == pytest.approx(0.703125**2 * 2 / 1000, rel=1e-15)


def test_matches_within_tolerance_in_mm_at_the_corners():
    assert grid().matches(grid(origin=(1.0005, 2.0, 3.0)))
    assert not grid().matches(grid(origin=(1.002, 2.0, 3.0)))
    assert not grid().matches(grid(shape=(4, 5, 7)))


def test_apart_is_the_largest_difference_at_a_corner():
    wider = Grid((4, 5, 6), (0.703125, 0.703125, 2.01), np.eye(3), (1.0, 2.0, 3.0))
    assert grid().apart_mm(wider) == pytest.approx(0.05, rel=1e-12)
    assert grid().apart_mm(grid(shape=(4, 5, 7))) == float("inf")


@pytest.mark.parametrize(
    ("shape", "spacing", "direction"),
    [
        ((0, 5, 6), (1.0, 1.0, 1.0), np.eye(3)),
        ((4, 5, 6), (1.0, -1.0, 1.0), np.eye(3)),
        ((4, 5, 6), (1.0, float("nan"), 1.0), np.eye(3)),
        ((4, 5, 6), (1.0, 1.0, 1.0), np.array([[1, 0.1, 0], [0, 1, 0], [0, 0, 1.0]])),
    ],
)
def test_what_is_no_lattice_is_refused(shape, spacing, direction):
    with pytest.raises(InputError) as caught:
        Grid(shape, spacing, direction, (0.0, 0.0, 0.0))
    assert caught.value.code is ErrorCode.GRID_INVALID


def test_a_cropped_grid_keeps_its_voxels_where_they_are():
    box = grid().cropped((slice(1, 3), slice(2, 5), slice(0, 1)))
    assert box.shape == (2, 3, 1)
    assert box.spacing_mm == grid().spacing_mm
    np.testing.assert_array_equal(box.affine @ (1, 1, 0, 1), grid().affine @ (2, 3, 0, 1))


def test_other_intensities_lie_on_the_same_grid():
    image = Volume(np.zeros((4, 5, 6), dtype=np.float32), grid())
    brighter = image.with_data(image.data + 1)
    assert brighter.grid is image.grid
    assert brighter.data.min() == 1


def test_volume_of_another_shape_is_refused():
    with pytest.raises(InputError, match="shape"):
        Volume(np.zeros((6, 5, 4), dtype=np.float32), grid())


def test_mask_volume_counts_voxels():
    mask = np.zeros((4, 5, 6), dtype=bool)
    mask[0, 0, :3] = True
    assert Mask(mask, grid()).volume_ml == pytest.approx(3 * grid().voxel_ml)


def test_phases_on_two_grids_are_refused_with_both_geometries():
    first = Volume(np.zeros((4, 5, 6), dtype=np.float32), grid())
    other = Volume(np.zeros((4, 5, 6), dtype=np.float32), grid(origin=(9.0, 2.0, 3.0)))
    with pytest.raises(ExamRefused) as caught:
        Dynamic((first, other))
    assert caught.value.code is ExamCode.PHASE_GRID_DIFFERS
    assert {"first", "this"} <= set(caught.value.evidence)


def test_triple_takes_the_phases_asked_for():
    phases = tuple(Volume(np.full((4, 5, 6), n, dtype=np.float32), grid()) for n in range(4))
    triple = Dynamic(phases).triple((0, 2, 3))
    assert isinstance(triple, Triple)
    assert [float(volume.data[0, 0, 0]) for volume in triple] == [0, 2, 3]


def test_exam_name_round_trip():
    exam = ExamId("UCSFBR06", "T0")
    assert str(exam) == "sub-UCSFBR06_ses-T0"
    assert ExamId.parse(str(exam)) == exam
    with pytest.raises(InputError):
        ExamId.parse("sub-a b_ses-T0")
