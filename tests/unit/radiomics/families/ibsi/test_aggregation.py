from __future__ import annotations

import numpy as np

from breastdce.core.codes import Undefined
from breastdce.radiomics.families.ibsi._aggregation import (
    ALL_DIRECTIONS,
    mean_of,
    over_directions,
    slices,
    spread,
)
from breastdce.radiomics.region import on_box


def _levels():
    """Two slices of two by two voxels; the second slice has one voxel only."""
    inside = np.array([[[True, True], [True, False]], [[True, False], [True, False]]])
    inside = np.asfortranarray(inside)
    return on_box(inside, np.array([1, 2, 3, 4, 5]), 5, 1)


def test_slices_are_planes_of_the_last_axis():
    levels = _levels()
    values = [levels.flat[where].tolist() for where in slices(levels)]
    assert values == [[1, 2, 3, 4], [5]]


def test_matrices_are_merged_and_averaged_as_their_names_say():
    levels = _levels()

    def count(where, step):
        return np.array([[step, where.size]])

    def measure(matrix):
        return np.array([*matrix.counts[0], matrix.voxels], float)

    rows = over_directions(levels, count, measure, ALL_DIRECTIONS)
    found = {
        name: row[1:].tolist()
        for name, row in zip(ALL_DIRECTIONS, rows, strict=True)
        if row is not None
    }
    assert found["3D_avg"] == [5, 5]
    assert found["3D_comb"] == [13 * 5, 13 * 5]
    assert found["2_5D_avg"] == [5, 5]
    assert found["2_5D_comb"] == [4 * 5, 4 * 5]
    assert found["2D_avg"] == [2.5, 2.5]  # slices of 4 and 1, in 4 directions each
    assert found["2D_comb"] == [4 * 2.5, 4 * 2.5]


def test_only_what_is_asked_for_is_made():
    def count(where, step):
        return np.ones((1, 1), int)

    (found,) = over_directions(
        _levels(), count, lambda matrix: matrix.counts[0].astype(float), ("2_5D_comb",)
    )
    assert found is not None
    assert found.tolist() == [4]


def test_empty_matrices_and_missing_features_do_not_enter_a_mean():
    rows = [np.array([1.0, np.nan]), None, np.array([3.0, np.nan])]
    found = mean_of(rows)
    assert found is not None
    assert found[0] == 2
    assert np.isnan(found[1])
    assert mean_of([None, None]) is None


def test_values_are_spread_over_their_names():
    found = spread(
        ("a_1", "b_1", "a_2", "b_2"), [np.array([1.0, np.nan]), None], Undefined.NO_PAIRS
    )
    assert found == {
        "a_1": 1.0,
        "b_1": Undefined.ZERO_DENOMINATOR,
        "a_2": Undefined.NO_PAIRS,
        "b_2": Undefined.NO_PAIRS,
    }
