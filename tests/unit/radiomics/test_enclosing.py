from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from breastdce.radiomics.enclosing import ellipsoid, smallest_box, smallest_ellipsoid
from breastdce.radiomics.hull import hull

UNIT = (1.0, 1.0, 1.0)


def _solid_box(sides, angles, half=14):
    """Voxels within a turned box."""
    grid = np.stack(np.meshgrid(*[np.arange(-half, half + 1)] * 3, indexing="ij"), axis=-1)
    own = grid @ Rotation.from_euler("xyz", angles, degrees=True).as_matrix()
    return (np.abs(own) <= np.array(sides) / 2).all(axis=-1)


def test_an_aligned_box_needs_no_larger_box():
    found = smallest_box(hull(np.ones((5, 4, 7), bool), UNIT))
    assert found.volume_mm3 == pytest.approx(5 * 4 * 7)
    assert found.area_mm2 == pytest.approx(2 * (20 + 28 + 35))


def test_a_turned_box_is_found_again():
    mask = _solid_box((20, 12, 6), (20, 30, 40))
    found = hull(mask, UNIT)
    aligned = np.ptp(found.points, axis=0).prod()
    volume = smallest_box(found).volume_mm3
    assert found.volume_mm3 < volume < 0.6 * aligned
    assert 20 * 12 * 6 < volume < 21 * 13 * 7  # at most half a voxel more on each side


@pytest.mark.parametrize("seed", range(4))
def test_no_box_on_a_face_is_smaller(seed):
    mask = np.random.default_rng(seed).random((6, 5, 4)) < 0.15
    found = hull(mask, (1.0, 1.3, 0.8))
    assert smallest_box(found).volume_mm3 == pytest.approx(_least_by_trial(found), rel=1e-9)


def _least_by_trial(found):
    least = math.inf
    for normal in found.normals:
        axis = np.eye(3)[np.argmin(np.abs(normal))]
        u = np.cross(normal, axis)
        u /= np.linalg.norm(u)
        flat = found.points @ np.stack([u, np.cross(normal, u)]).T
        height = np.ptp(found.points @ normal)
        for a in range(len(flat)):
            for b in range(a):
                edge = flat[b] - flat[a]
                length = np.hypot(*edge)
                if length < 1e-9:
                    continue
                across = (flat - flat[a]) @ (np.array([-edge[1], edge[0]]) / length)
                if across.min() > -1e-9 or across.max() < 1e-9:  # an edge of the outline
                    least = min(least, height * np.ptp(across) * np.ptp(flat @ edge / length))
    return least


def test_ellipsoid_of_equal_axes_is_a_ball():
    found = ellipsoid(np.array([2.0, 2.0, 2.0]))
    assert found.volume_mm3 == pytest.approx(4 / 3 * math.pi * 8)
    assert found.area_mm2 == pytest.approx(16 * math.pi)


def test_ellipsoid_area_is_the_series_of_the_manual():
    a, b, c = 5.0, 4.0, 2.0
    alpha, beta = math.sqrt(1 - b**2 / a**2), math.sqrt(1 - c**2 / a**2)
    orders = np.arange(21)
    weights = (alpha * beta) ** orders / (1 - 4 * orders**2)
    at = (alpha**2 + beta**2) / (2 * alpha * beta)
    series = np.polynomial.legendre.legval(at, weights)
    assert ellipsoid(np.array([c, a, b])).area_mm2 == pytest.approx(4 * math.pi * a * b * series)


def test_ellipsoid_of_two_equal_axes_is_the_limit():
    near, limit = ellipsoid(np.array([3.0, 3.0 - 1e-9, 1.0])), ellipsoid(np.array([3.0, 3.0, 1.0]))
    assert near.area_mm2 == pytest.approx(limit.area_mm2)


def test_smallest_ellipsoid_around_a_box_has_its_proportions():
    corners = np.array([[x, y, z] for x in (0, 2) for y in (0, 3) for z in (0, 5)], float)
    found = smallest_ellipsoid(corners)
    assert found.volume_mm3 == pytest.approx(math.pi / 6 * 3**1.5 * 2 * 3 * 5, rel=1e-4)


def test_smallest_ellipsoid_finds_a_turned_ellipsoid_again():
    rng = np.random.default_rng(6)
    points = rng.normal(size=(3000, 3))
    points /= np.linalg.norm(points, axis=1)[:, None]
    turned = (points * [9.0, 4.0, 2.0]) @ Rotation.random(rng=rng).as_matrix() + [50, -20, 7]
    found = smallest_ellipsoid(turned)
    assert found.volume_mm3 == pytest.approx(4 / 3 * math.pi * 72, rel=1e-3)


def test_smallest_ellipsoid_around_a_thin_needle():
    points = np.array([[0, 0, 0], [1000, 1000, 1000], [500, 500.01, 500], [500, 500, 500.01]])
    volume = smallest_ellipsoid(points).volume_mm3
    assert 0 < volume < 1000
