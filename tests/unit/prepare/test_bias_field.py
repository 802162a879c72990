from __future__ import annotations

import numpy as np
import pytest

from breastdce.prepare.bias_field import BiasField, Samples, basis, lattice_of


@pytest.mark.parametrize("points", [4, 5, 7, 11])
def test_weights_add_up_to_one(points):
    weights = basis(np.linspace(0, 1, 23), points)
    assert weights.shape == (23, points)
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, rtol=1e-12)
    assert (weights >= 0).all()


def test_equally_spaced_control_values_make_a_straight_line():
    # control point c of a cubic B-spline stands at position c - 1
    line = basis(np.linspace(0, 1, 9), 7) @ (np.arange(7.0) - 1.0)
    np.testing.assert_allclose(line[:-1], np.linspace(0, 4, 9)[:-1], atol=1e-12)
    assert line[-1] == pytest.approx(4.0, abs=1e-3)  # the last sample lies a little inside


def test_lattice_is_recovered_from_the_field():
    lattice = np.random.default_rng(3).normal(size=(5, 5, 5))
    exact = lattice_of(_sampled(lattice, 9), 5)
    np.testing.assert_allclose(exact, lattice, atol=1e-9)  # float64, corners weigh 1 / 216
    # What counts is the field, also between the samples; float32 samples of values up to 3.
    rounded = lattice_of(_sampled(lattice, 9).astype(np.float32), 5)
    np.testing.assert_allclose(_sampled(rounded, 31), _sampled(lattice, 31), atol=2e-6)


def _sampled(lattice, size):
    weights = basis(np.linspace(0, 1, size), lattice.shape[0])
    return np.einsum("ai,bj,ck,ijk->abc", weights, weights, weights, lattice)


def test_voxels_are_placed_where_they_lie_and_held_beyond_the_samples():
    axis = Samples(start=1, step=3, number=3)  # voxels 1, 4, 7
    np.testing.assert_allclose(
        axis.positions(10), [0, 0, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1, 1, 1]
    )
    assert list(range(10))[axis.selection] == [1, 4, 7]


def test_planes_are_the_field_at_every_voxel():
    rng = np.random.default_rng(4)
    axes = (Samples(0, 1, 6), Samples(0, 1, 5), Samples(0, 1, 4))
    field = BiasField(rng.normal(size=(5, 5, 5)), axes)
    whole = np.stack(list(field.planes((6, 5, 4)))).T
    np.testing.assert_allclose(whole, field.at_samples(), atol=2e-6)  # float32
