from __future__ import annotations

import itertools

from breastdce.radiomics.matrices.offsets import IN_PLANE, IN_SPACE, both_ways, captk_offsets


def test_thirteen_directions_and_their_opposites_are_the_26_neighbors():
    every = set(itertools.product((-1, 0, 1), repeat=3)) - {(0, 0, 0)}
    assert len(IN_SPACE) == 13
    assert set(both_ways(IN_SPACE)) == every


def test_directions_in_the_plane_come_first_and_stay_in_it():
    assert IN_SPACE[: len(IN_PLANE)] == IN_PLANE
    assert set(both_ways(IN_PLANE)) == {
        (i, j, 0) for i, j in itertools.product((-1, 0, 1), repeat=2) if (i, j) != (0, 0)
    }


def test_captk_takes_all_neighbors_for_radius_one():
    assert set(captk_offsets(1)) == set(both_ways(IN_SPACE))
    assert captk_offsets(1)[0] == (1, 1, 1)


def test_captk_takes_27_offsets_of_the_lowest_plane_for_radius_three():
    offsets = captk_offsets(3)
    rows = [(i, j, -3) for j in (-3, -2, -1) for i in range(-3, 4)]
    assert set(offsets) == {*rows, *((i, 0, -3) for i in range(-3, 3))}
    assert len(offsets) == 27
