"""Changes of a mask: what they do, that they can be undone, and what is not taken."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.review.changes import MOST_BYTES, NO_CHANGE, apply, between, draw, read_change

SHAPE = (5, 4, 3)
masks = st.integers(0, 2**60 - 1).map(
    lambda bits: np.asfortranarray(
        np.array([bits >> n & 1 for n in range(60)], dtype=np.bool_).reshape(SHAPE, order="F")
    )
)


def empty():
    return np.zeros(SHAPE, np.bool_, order="F")


def packed(*runs):
    return np.array(runs, dtype="<u4").tobytes()


@given(masks, masks)
def test_the_change_between_two_masks_leads_from_one_to_the_other_and_back(old, new):
    change = between(old, new)
    np.testing.assert_array_equal(apply(old, change), new)
    np.testing.assert_array_equal(apply(new, change.turned()), old)
    assert change.voxels_added == np.count_nonzero(new & ~old)
    assert change.voxels_removed == np.count_nonzero(old & ~new)
    back = read_change(change.to_bytes(), old.size)
    np.testing.assert_array_equal(back.runs, change.runs)


def test_voxels_are_counted_as_in_the_file_i_fastest():
    change = read_change(packed((7, 3, 1)), 60)  # 7 = 2 + 5 * (1 + 4 * 0)
    mask = apply(empty(), change)
    assert {tuple(map(int, voxel)) for voxel in np.argwhere(mask)} == {
        (2, 1, 0),
        (3, 1, 0),
        (4, 1, 0),
    }
    assert between(empty(), mask).to_bytes() == packed((7, 3, 1))


def test_runs_are_split_only_where_the_value_or_the_place_breaks():
    old, new = empty(), empty()
    old[0:2, 0, 0] = True
    new[2:5, 0, 0] = True
    new[1, 1, 0] = True
    assert between(old, new).runs.tolist() == [[0, 2, 0], [2, 3, 1], [6, 1, 1]]


def test_nothing_is_a_change_too():
    assert between(empty(), empty()).is_empty
    assert read_change(b"", 60).is_empty
    assert NO_CHANGE.to_bytes() == b""
    assert not apply(empty(), NO_CHANGE).any()


@pytest.mark.parametrize(
    "payload",
    [
        b"12345",
        bytes(MOST_BYTES + 8),
        packed((0, 0, 1)),
        packed((59, 2, 1)),
        packed((60, 1, 1)),
        packed((0xFFFFFFFF, 0xFFFFFFFF, 1)),
        packed((3, 2, 1), (0, 1, 1)),
        packed((0, 3, 1), (2, 1, 0)),
        packed((0, 1, 2)),
    ],
)
def test_bytes_that_are_no_change_of_this_image_are_refused(payload):
    with pytest.raises(InputError) as caught:
        read_change(payload, 60)
    assert caught.value.code is ErrorCode.CHANGE_INVALID


def test_a_change_of_another_mask_is_refused_and_changes_nothing():
    mask = empty()
    mask[3, 0, 0] = True
    before = mask.copy()
    with pytest.raises(InputError, match="CHANGE_INVALID"):
        draw(mask, read_change(packed((0, 4, 1)), 60))
    np.testing.assert_array_equal(mask, before)
    with pytest.raises(InputError, match="beyond"):
        draw(mask, read_change(packed((60, 1, 1)), 99))


def test_an_array_of_another_order_is_a_bug():
    with pytest.raises(ValueError, match="Fortran"):
        draw(np.zeros(SHAPE, np.bool_), NO_CHANGE)
