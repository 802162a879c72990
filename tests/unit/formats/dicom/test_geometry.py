"""Slice geometry by closed forms: regular stacks and one fault each."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.codes import SeriesCode
from breastdce.core.errors import InputError
from breastdce.formats.dicom.geometry import axes, cluster_positions, lattice, missing_positions

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)


def stack(z, orientation=AXIAL, shift=None, turn=None, spacing=(0.5, 0.8)):
    z = np.asarray(z, dtype=float)
    normal = np.cross(orientation[:3], orientation[3:])
    positions = np.array([3.0, 5.0, 7.0]) + np.outer(z, normal)
    orientations = np.tile(np.asarray(orientation, dtype=float), (len(z), 1))
    if shift is not None:
        positions += np.outer(np.linspace(0, 1, len(z)), shift)
    if turn is not None:
        orientations[0, :3] += turn
    return lattice(positions, orientations, spacing, (10, 20))


def refused(*args, **kwargs):
    with pytest.raises(InputError) as caught:
        stack(*args, **kwargs)
    return caught.value


def test_a_regular_stack_has_columns_rows_slices_and_the_mean_step():
    grid = stack([0, 2, 4, 6])
    assert grid.shape == (10, 20, 4)
    assert grid.spacing_mm == (0.8, 0.5, 2.0)  # between columns, between rows, between slices
    assert grid.origin_mm == (3.0, 5.0, 7.0)
    np.testing.assert_array_equal(grid.direction, np.eye(3))


def test_the_normal_of_a_sagittal_stack_is_row_times_column():
    np.testing.assert_array_equal(axes(SAGITTAL)[:, 2], [-1.0, 0.0, 0.0])


def test_slightly_skewed_cosines_are_made_orthonormal():
    made = axes((1.0, 4e-4, 0.0, 0.0, 1.0, 0.0))
    np.testing.assert_allclose(made.T @ made, np.eye(3), atol=1e-14)


@pytest.mark.parametrize(
    "bad", [(1, 0, 0, 0.01, 1, 0), (1.1, 0, 0, 0, 1, 0), (0, 0, 0, 0, 0, 0), (1, 0, 0, 1, 0, 0)]
)
def test_directions_that_are_no_orthogonal_unit_vectors_are_refused(bad):
    with pytest.raises(InputError) as caught:
        axes(bad)
    assert caught.value.code is SeriesCode.GEOMETRY_BAD


def test_direction_that_changes_within_a_volume_is_refused():
    assert refused([0, 2, 4], turn=[0.0, 3e-4, 0.0]).code is SeriesCode.GEOMETRY_VARIES


def test_in_plane_shift_of_a_tenth_of_a_pixel_is_the_limit():
    assert stack([0, 2, 4], shift=[0.079, 0.0, 0.0]).shape == (10, 20, 3)
    assert refused([0, 2, 4], shift=[0.081, 0.0, 0.0]).code is SeriesCode.GEOMETRY_SHEARED


def test_missing_slices_are_listed_by_position_and_index():
    error = refused([0, 2, 6, 8, 14, 16, 18, 20])
    assert error.code is SeriesCode.SLICE_MISSING
    assert error.evidence["missing_mm_from_first"] == [4.0, 10.0, 12.0]
    assert error.evidence["missing_index"] == [2, 5, 6]


def test_uneven_steps_are_measured_and_refused_above_five_percent():
    assert stack([0, 2, 4.02, 6]).step_spread == pytest.approx(0.02, abs=1e-9)
    assert stack([0, 1.99, 4.0, 6.0]).step_spread == pytest.approx(0.01, abs=1e-9)
    assert refused([0, 2, 4.2, 6, 8]).code is SeriesCode.STEP_UNEVEN


def test_spacing_of_zero_is_refused():
    assert refused([0, 2], spacing=(0.0, 1.0)).code is SeriesCode.GEOMETRY_BAD


def test_repeated_positions_share_an_index_in_any_order_and_with_noise():
    along = np.array([4.0, 0.0, 2.0, 0.0004, 4.0003, 2.0])
    labels, centers = cluster_positions(along)
    assert labels.tolist() == [2, 0, 1, 0, 2, 1]
    np.testing.assert_allclose(centers, [0.0, 2.0, 4.0], atol=1e-3)


def test_a_single_position_is_one_cluster():
    labels, centers = cluster_positions(np.array([7.0, 7.0]))
    assert labels.tolist() == [0, 0]
    assert centers.tolist() == [7.0]


def test_no_position_is_missing_where_a_step_is_no_whole_multiple():
    assert missing_positions(np.array([0.0, 2.0, 4.0, 7.0, 9.0])) == ()


def test_grids_are_one_place_within_a_hundredth_of_a_millimeter():
    base = stack([0, 2, 4])
    assert base.same_place(stack([0.009, 2.009, 4.009]))
    assert not base.same_place(stack([0.011, 2.011, 4.011]))
    assert not base.same_place(stack([0, 2, 4, 6]))


def test_overlap_is_the_shared_part_of_the_smaller_box():
    base = stack([0, 2, 4, 6, 8])
    assert base.overlap(stack([4, 6, 8, 10, 12])) == pytest.approx(0.5)
    assert base.overlap(stack([20, 22])) == 0.0
