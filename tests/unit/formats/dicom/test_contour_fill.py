from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breastdce.formats.dicom.contour_fill import UNIT, fill

SIZE = (9, 7)


def brute_force(contours, size) -> np.ndarray:
    """Even-odd rule, center by center and edge by edge, in fractions."""
    inside = np.zeros(size, bool)
    for i in range(size[0]):
        for j in range(size[1]):
            odd = False
            for contour in contours:
                points = [[Fraction(round(v * UNIT), UNIT) for v in p] for p in contour]
                for (i1, j1), (i2, j2) in zip(points, points[1:] + points[:1], strict=True):
                    if (j1 <= j) != (j2 <= j):
                        odd ^= i1 + (j - j1) * (i2 - i1) / (j2 - j1) <= i
            inside[i, j] = odd
    return inside


# Whole and half numbers too, so that vertices and edges hit centers.
coordinate = st.one_of(
    st.integers(-3, 11).map(float),
    st.integers(-6, 22).map(lambda n: n / 2),
    st.floats(-4, 12, allow_nan=False).map(lambda x: round(x, 4)),
)
contour = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=9)


@settings(max_examples=300, deadline=None)
@given(st.lists(contour, min_size=1, max_size=3))
def test_filling_is_the_even_odd_rule_at_every_center(contours):
    arrays = [np.array(points) for points in contours]
    np.testing.assert_array_equal(fill(arrays, SIZE), brute_force(contours, SIZE))


@settings(max_examples=100, deadline=None)
@given(contour, st.integers(0, 8))
def test_neither_direction_nor_first_vertex_matters(points, turn):
    once = fill([np.array(points)], SIZE)
    again = fill([np.roll(np.array(points)[::-1], turn, axis=0)], SIZE)
    np.testing.assert_array_equal(once, again)


def test_upper_and_left_edges_are_inside_and_the_others_are_not():
    found = fill([np.array([[1, 1], [4, 1], [4, 3], [1, 3]])], SIZE)
    assert {tuple(p) for p in np.argwhere(found).tolist()} == {
        (i, j) for i in (1, 2, 3) for j in (1, 2)
    }


def test_neighbors_that_share_an_edge_neither_overlap_nor_leave_a_gap():
    left = np.array([[0, 0], [3, 0], [5, 6], [0, 6]])
    right = np.array([[3, 0], [8, 0], [8, 6], [5, 6]])
    both = fill([np.array([[0, 0], [8, 0], [8, 6], [0, 6]])], SIZE)
    one, other = fill([left], SIZE), fill([right], SIZE)
    assert not (one & other).any()
    np.testing.assert_array_equal(one | other, both)


def test_a_contour_within_another_and_a_keyhole_make_the_same_hole():
    outer = [(0.5, 0.5), (7.5, 0.5), (7.5, 5.5), (0.5, 5.5)]
    hole = [(2.5, 1.5), (5.5, 1.5), (5.5, 4.5), (2.5, 4.5)]
    keyhole = [*outer, outer[0], *hole, hole[0]]
    two = fill([np.array(outer), np.array(hole)], SIZE)
    assert two.sum() == 7 * 5 - 3 * 3
    np.testing.assert_array_equal(fill([np.array(keyhole)], SIZE), two)


def test_a_circle_has_the_area_of_a_circle():
    angle = np.linspace(0, 2 * np.pi, 4000, endpoint=False)
    circle = np.stack([100.3 + 60 * np.cos(angle), 99.6 + 60 * np.sin(angle)], axis=1)
    assert fill([circle], (200, 200)).sum() == pytest.approx(np.pi * 60**2, rel=2e-3)


def test_more_crossings_than_are_held_at_once_are_all_counted(monkeypatch):
    monkeypatch.setattr("breastdce.formats.dicom.contour_fill._AT_ONCE", 7)
    angle = np.linspace(0, 2 * np.pi, 50, endpoint=False)
    star = np.stack([4 + 5 * np.cos(7 * angle), 3 + 4 * np.sin(3 * angle)], axis=1)
    np.testing.assert_array_equal(fill([star], SIZE), brute_force([star.tolist()], SIZE))
