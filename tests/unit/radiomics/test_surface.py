from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from breastdce.radiomics.surface import surface

UNIT = (1.0, 1.0, 1.0)


def ball(radius):
    n = math.ceil(radius)
    i, j, k = np.ogrid[-n : n + 1, -n : n + 1, -n : n + 1]
    return i**2 + j**2 + k**2 <= radius**2


def test_a_single_voxel_is_an_octahedron():
    found = surface(np.ones((1, 1, 1), bool), (2.0, 2.0, 2.0))
    assert found.volume_mm3 == pytest.approx(8 / 6)
    assert found.area_mm2 == pytest.approx(8 * math.sqrt(3) / 4 * 2)


@pytest.mark.parametrize("spacing", [UNIT, (0.5, 1.0, 3.0)])
def test_a_box_has_its_edges_cut_and_its_corners(spacing):
    a, b, c = 5, 4, 3  # voxels
    found = surface(np.ones((a, b, c), bool), spacing)
    # every edge loses a prism of 1/8 of a cell, between corners of 1/48
    edges = 4 * ((a - 1) + (b - 1) + (c - 1)) / 8
    inner = (a - 1) * (b - 1) * (c - 1)
    sides = (a - 1) * (b - 1) + (b - 1) * (c - 1) + (a - 1) * (c - 1)
    expected = inner + sides + edges + 8 / 48
    assert found.volume_mm3 == pytest.approx(expected * math.prod(spacing))


def test_a_large_ball_has_the_volume_of_a_ball_and_a_rough_area():
    found = surface(ball(20), UNIT)
    assert found.volume_mm3 == pytest.approx(4 / 3 * math.pi * 20**3, rel=0.01)
    assert 1.0 < found.area_mm2 / (4 * math.pi * 20**2) < 1.1  # a staircase is longer


@pytest.mark.parametrize("axes", list(itertools.permutations(range(3))))
def test_flips_and_permutations_change_nothing(axes):
    mask = np.random.default_rng(5).random((6, 7, 5)) < 0.5
    spacing = (0.7, 1.0, 2.5)
    expected = surface(mask, spacing)
    turned = mask.transpose(axes)[::-1, :, ::-1]
    i, j, k = (spacing[axis] for axis in axes)
    found = surface(turned, (i, j, k))
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_parts_add_up():
    one, other = np.zeros((9, 5, 5), bool), np.zeros((9, 5, 5), bool)
    one[1:3, 1:4, 1:4], other[5:8, 2:4, 1:5] = True, True
    found = np.array(surface(one | other, UNIT))
    np.testing.assert_allclose(found, np.add(surface(one, UNIT), surface(other, UNIT)))


def test_two_voxels_across_a_corner_touch_along_a_diagonal_but_not_through_a_cell():
    corner = np.zeros((2, 2, 2), bool)
    corner[0, 0, 0] = corner[1, 1, 1] = True
    assert surface(corner, UNIT).volume_mm3 == pytest.approx(2 / 6)
    edge = np.zeros((2, 2, 1), bool)
    edge[0, 0, 0] = edge[1, 1, 0] = True
    assert surface(edge, UNIT).volume_mm3 > 2 / 6 + 0.1
