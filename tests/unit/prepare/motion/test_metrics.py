"""Closed forms of the measures of motion."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.grid import Grid
from breastdce.prepare.motion import metrics

OBLIQUE = np.array([[0.8, -0.6, 0.0], [0.6, 0.8, 0.0], [0.0, 0.0, 1.0]])
GRID = Grid((12, 10, 8), (1.0, 2.0, 3.0), OBLIQUE, (-4.0, 5.0, 6.0))


def positions():
    index = np.stack(np.meshgrid(*map(np.arange, GRID.shape), indexing="ij"), -1)
    return (index * GRID.spacing_mm) @ GRID.direction.T + GRID.origin_mm


def test_determinant_of_a_linear_field_is_that_of_its_matrix():
    matrix = np.array([[1.1, 0.2, 0.0], [-0.1, 0.9, 0.05], [0.0, 0.1, 1.2]])
    moved = positions() @ matrix.T - positions()
    found = metrics.determinant(moved, GRID)
    np.testing.assert_allclose(found, np.linalg.det(matrix), rtol=1e-5)  # float32


def test_determinant_of_a_slide_is_one():
    moved = np.zeros((*GRID.shape, 3))
    moved[..., 0] = np.sin(positions()[..., 2] / 5)
    np.testing.assert_allclose(metrics.determinant(moved, GRID), 1.0, atol=1e-6)


def test_residual_ignores_brightness_and_contrast():
    rng = np.random.default_rng(0)
    fixed = rng.uniform(100, 200, GRID.shape).astype(np.float32)
    everywhere = np.ones(GRID.shape, bool)
    assert metrics.residual(fixed, 3 * fixed + 50, everywhere) == pytest.approx(0, abs=1e-6)


def test_residual_of_swapped_halves_is_known():
    # Two values that change places: matching cannot help, every voxel is off by their distance.
    fixed = np.full(GRID.shape, 90.0, np.float32)
    fixed[::2] = 110.0
    moving = 200 - fixed
    found = metrics.residual(fixed, moving, np.ones(GRID.shape, bool))
    assert found == pytest.approx(20 / 100)


@pytest.mark.parametrize("values", [np.zeros(GRID.shape), np.full(GRID.shape, 5.0)])
def test_residual_of_a_flat_image_is_undefined(values):
    flat = values.astype(np.float32)
    assert np.isnan(metrics.residual(flat, flat, np.ones(GRID.shape, bool)))
    assert np.isnan(metrics.residual(flat, flat, np.zeros(GRID.shape, bool)))


def test_information_of_an_image_with_itself_is_its_entropy():
    fixed = (np.arange(960) % 4).reshape(GRID.shape).astype(np.float32)
    found = metrics.mutual_information(fixed, -fixed, np.ones(GRID.shape, bool), 4)
    assert found == pytest.approx(np.log(4))


def test_information_of_unrelated_images_is_none():
    rng = np.random.default_rng(0)
    one, other = rng.integers(0, 2, (2, 40, 40, 40)).astype(np.float32)
    found = metrics.mutual_information(one, other, np.ones(one.shape, bool), 2)
    assert found == pytest.approx(0, abs=1e-3)  # 64000 voxels: expected 1 / (2 * 64000)


def test_enhancement_is_relative_and_zero_where_undefined():
    fixed = np.array([[[100.0, 0.0, 100.0]]], np.float32)
    moving = np.array([[[170.0, 50.0, 170.0]]], np.float32)
    mask = np.array([[[True, True, False]]])
    found = metrics.relative_enhancement(fixed, moving, mask)
    np.testing.assert_allclose(found, [[[0.7, 0.0, 0.0]]], rtol=1e-6)


def test_normalized_images_do_not_see_gain_and_offset():
    rng = np.random.default_rng(0)
    image = rng.uniform(100, 200, GRID.shape).astype(np.float32)
    mask = np.ones(GRID.shape, bool)
    found = metrics.normalized(image, GRID, mask, 4.0)
    other = metrics.normalized(2.5 * image + 40, GRID, mask, 4.0)
    np.testing.assert_allclose(found, other, atol=1e-3)  # float32 of values near 500
    assert not metrics.normalized(np.full_like(image, 7.0), GRID, mask, 4.0).any()


def test_highest_takes_the_share_it_is_asked_for():
    values = np.arange(1000.0).reshape(10, 10, 10).astype(np.float32)
    found = metrics.highest(values, values < 500, 0.2)
    assert found.sum() == 100
    assert values[found].min() == 400


def test_a_mask_grows_by_millimeters_not_voxels():
    mask = np.zeros(GRID.shape, bool)
    mask[6, 5, 4] = True
    wide = metrics.grown(mask, GRID, 2.5)  # voxels of 1 x 2 x 3 mm
    assert [int(wide[line].sum()) for line in (np.s_[:, 5, 4], np.s_[6, :, 4], np.s_[6, 5])] == [
        5,
        3,
        1,
    ]
