from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from breastdce.core.grid import Grid
from breastdce.imaging.interpolate import centered_grid, on_centered


def _grid(shape, spacing=(1.0, 1.0, 1.0), origin=(0.0, 0.0, 0.0), direction=None):
    return Grid(shape, spacing, np.eye(3) if direction is None else direction, origin)


def _center(grid):
    return grid.affine[:3, :3] @ ((np.array(grid.shape) - 1) / 2) + grid.affine[:3, 3]


def test_new_grid_covers_the_old_and_shares_its_center():
    turned = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    old = _grid((204, 201, 60), (0.977, 0.977, 3.0), (5.0, -7.0, 2.0), turned)
    new = centered_grid(old, (2.0, 2.0, 2.0))
    assert new.shape == (100, 99, 90)
    assert new.spacing_mm == (2.0, 2.0, 2.0)
    np.testing.assert_allclose(_center(new), _center(old), atol=1e-9)


def test_spacing_of_zero_keeps_an_axis():
    old = _grid((4, 5, 6), (0.7, 1.1, 3.0), (1.0, 2.0, 3.0))
    assert centered_grid(old, (0.0, 0.0, 0.0)).matches(old, tolerance_mm=0.0)
    new = centered_grid(old, (0.0, 2.2, 0.0))
    assert (new.shape, new.spacing_mm) == ((4, 3, 6), (0.7, 2.2, 3.0))


@pytest.mark.parametrize("order", ["linear", "cubic"])
def test_axes_that_are_kept_keep_their_values(order):
    data = np.random.default_rng(1).normal(size=(5, 6, 7))
    old = _grid((5, 6, 7))
    new = centered_grid(old, (0.0, 0.5, 0.0))
    found = on_centered(data, old, new, order)
    rows = on_centered(
        data[2:3, :, 4:5], _grid((1, 6, 1)), centered_grid(_grid((1, 6, 1)), (0, 0.5, 0)), order
    )
    np.testing.assert_allclose(found[2, :, 4], rows[0, :, 0], rtol=0, atol=1e-12)


@pytest.mark.parametrize(("order", "degree"), [("linear", 1), ("cubic", 3)])
def test_values_are_those_of_a_spline_of_the_extended_image(order, degree):
    data = np.random.default_rng(2).normal(size=(9, 8, 6)).astype(np.float32)
    old = _grid((9, 8, 6), (0.9, 1.0, 3.0))
    new = centered_grid(old, (2.0, 1.3, 2.0))
    at = [
        (n - 1) / 2 + (np.arange(m) - (m - 1) / 2) * s / t
        for n, m, s, t in zip(old.shape, new.shape, new.spacing_mm, old.spacing_mm, strict=True)
    ]
    pad = 30
    wide = np.pad(data.astype(np.float64), pad, mode="edge")
    inside = [np.clip(one, 0, n - 1) + pad for one, n in zip(at, old.shape, strict=True)]
    expected = ndimage.map_coordinates(wide, np.meshgrid(*inside, indexing="ij"), order=degree)
    np.testing.assert_allclose(on_centered(data, old, new, order), expected, atol=1e-6)


@pytest.mark.parametrize("order", ["linear", "cubic"])
def test_nodes_beyond_the_edge_take_its_value(order):
    data = np.arange(4.0).reshape(4, 1, 1)
    old = _grid((4, 1, 1), (1.0, 1.0, 1.0))
    found = on_centered(data, old, centered_grid(old, (1.9, 0.0, 0.0)), order)
    assert found.shape == (3, 1, 1)
    assert found[0, 0, 0] == pytest.approx(0.0, abs=1e-9)
    assert found[2, 0, 0] == pytest.approx(3.0, abs=1e-9)


@pytest.mark.parametrize("order", ["linear", "cubic"])
def test_a_single_plane_may_be_refined(order):
    old = _grid((2, 2, 1), (1.0, 1.0, 3.0))
    found = on_centered(np.full((2, 2, 1), 7.0), old, centered_grid(old, (1.0, 1.0, 1.0)), order)
    np.testing.assert_allclose(found, np.full((2, 2, 3), 7.0), atol=1e-9)
