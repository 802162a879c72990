"""A turn is told only where every other one would imply an edit twice as large."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from breastdce.imaging.alignment import Turn
from breastdce.review.turns import ALL_TURNS, STRAIGHT, in_words, overlaps, plausible
from tests.unit.review.lesions import eroded, grid, grown, lesion


def inverse(turn: Turn) -> Turn:
    """The turn that undoes another."""
    i, j, k = (int(axis) for axis in np.argsort(turn.order))
    return Turn((i, j, k), (turn.flips[i], turn.flips[j], turn.flips[k]))


def test_there_are_48_turns_and_the_first_changes_nothing():
    assert len(set(ALL_TURNS)) == 48
    assert ALL_TURNS[0] == STRAIGHT


@pytest.mark.parametrize("turn", ALL_TURNS)
def test_inverse_undoes(turn):
    mask = lesion()
    assert np.array_equal(turn.array(inverse(turn).array(mask)), mask)


@pytest.mark.parametrize("axes", [(0, 1, 2), (2, 0, 1), (1, 0, 2)])
def test_each_turn_has_words_of_its_own(axes):
    direction = grid(axes=axes).direction
    assert len({in_words(turn, direction) for turn in ALL_TURNS}) == 48


@pytest.mark.parametrize(
    ("turn", "words"),
    [
        (
            Turn((0, 1, 2), (False, False, True)),
            "left and right are exchanged (axis k is reversed)",
        ),
        (
            Turn((0, 1, 2), (True, False, False)),
            "front and back are exchanged (axis i is reversed)",
        ),
        (Turn((2, 1, 0), (False, False, False)), "i and k are exchanged"),
        (
            Turn((1, 2, 0), (False, True, False)),
            "the axes are exchanged in a ring: i, j, k of the image are j, k, i"
            " and head and feet are exchanged (axis j is reversed)",
        ),
    ],
)
def test_words_name_directions_of_the_patient(turn, words):
    # i runs to the front, j to the head, k to the left and right.
    assert in_words(turn, np.eye(3)[:, [1, 2, 0]]) == words


def test_axes_between_two_directions_are_named_by_letter():
    diagonal = grid(tilt=np.pi / 4).direction
    words = in_words(Turn((0, 1, 2), (True, False, False)), diagonal)
    assert words in ("axis i is reversed", "head and feet are exchanged (axis i is reversed)")


@pytest.mark.parametrize("edit", [lambda mask: mask, eroded, grown])
@pytest.mark.parametrize("turn", ALL_TURNS)
def test_each_turn_is_told_after_edits_of_half_of_the_lesion(turn, edit):
    parent = lesion()
    found = overlaps(inverse(turn).array(edit(parent)), parent)
    assert plausible(found) == (turn,)
    assert found[0].dice >= 0.5
    assert found[0].changed == np.count_nonzero(edit(parent) ^ parent)


def test_dice_is_that_of_the_turned_arrays():
    parent = lesion((18, 18, 18))
    for overlap in overlaps(grown(parent), parent):
        turned = overlap.turn.array(grown(parent))
        common = np.count_nonzero(turned & parent)
        both = np.count_nonzero(turned) + np.count_nonzero(parent)
        assert overlap.dice == pytest.approx(2 * common / both, abs=1e-12)  # the same division


def test_a_symmetric_mask_leaves_every_turn_that_maps_it_onto_itself():
    ball = np.sum((np.indices((9, 9, 9)) - 4) ** 2, axis=0) <= 9
    assert set(plausible(overlaps(ball, ball))) == set(ALL_TURNS)
    box = np.zeros((9, 9, 9), dtype=bool)
    box[1:8, 2:7, 4] = True  # three sizes about the center: only reversals remain
    assert set(plausible(overlaps(box, box))) == {
        turn for turn in ALL_TURNS if turn.order == (0, 1, 2)
    }


def test_other_shapes_leave_no_turn():
    assert overlaps(lesion(), lesion()[:-1]) == ()


@st.composite
def masks(draw):
    """A parent of random voxels, and an edit of it."""
    shape = draw(st.sampled_from([(5, 6, 7), (6, 6, 7), (6, 6, 6)]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    parent = rng.random(shape) < draw(st.sampled_from([0.05, 0.2, 0.5]))
    changed = rng.random(shape) < draw(st.sampled_from([0.0, 0.02, 0.1, 0.3]))
    return parent, parent ^ changed


@given(masks(), st.sampled_from(ALL_TURNS))
@settings(max_examples=200, deadline=None)
def test_what_is_told_is_right_as_far_as_the_parent_is_asymmetric(case, turn):
    parent, edited = case
    assume(parent.any() and edited.any())
    edit = np.count_nonzero(parent ^ edited)
    others = [
        np.count_nonzero(other.array(parent) ^ parent)
        for other in ALL_TURNS[1:]
        if other.array(parent).shape == parent.shape
    ]
    asymmetry = min(others)
    told = plausible(overlaps(inverse(turn).array(edited), parent))
    if 3 * edit <= asymmetry:
        assert turn in told
        assert told == (turn,) or asymmetry == 0
    if 3 * edit < 2 * asymmetry:
        assert len(told) > 1 or told == (turn,)
