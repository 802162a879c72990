"""Control points: where they lie, and what their field costs, by closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.grid import Grid
from breastdce.core.transform import Rigid, Transform
from breastdce.imaging.warp import displacement_mm
from breastdce.prepare.motion.deform_loops import add_forces, add_stiffness
from breastdce.prepare.motion.lattice import Lattice, matrix
from breastdce.prepare.motion.metrics import determinant

OBLIQUE = np.array([[0.8, 0.0, -0.6], [0.6, 0.0, 0.8], [0.0, -1.0, 0.0]])
GRID = Grid((22, 31, 12), (2.0, 1.5, 3.0), OBLIQUE, (-20.0, 35.0, 12.0))
RIGID = Rigid((0.05, -0.03, 0.04), (1.5, -2.0, 0.7), (5.0, -8.0, 3.0))
RNG = np.random.default_rng(0)


def test_even_control_points_move_all_voxels_evenly():
    lattice = Lattice(GRID, 16.0)
    moves = np.broadcast_to([1.0, -2.0, 0.5], (*lattice.shape, 3))
    found = displacement_mm(Transform(None, lattice.spline(moves, None)), GRID)
    expected = GRID.direction @ [1.0, -2.0, 0.5]
    np.testing.assert_allclose(found, np.broadcast_to(expected, found.shape), atol=1e-12)


def test_moves_follow_the_axes_that_a_rigid_move_turned():
    lattice = Lattice(GRID, 16.0)
    moves = np.zeros((*lattice.shape, 3))
    moves[..., 1] = 3.0
    rigid = displacement_mm(Transform(RIGID), GRID)
    both = displacement_mm(Transform(RIGID, lattice.spline(moves, RIGID)), GRID)
    flip = np.array([-1.0, -1.0, 1.0])
    turned = flip * (RIGID.affine()[0] @ (flip * GRID.direction[:, 1]))
    np.testing.assert_allclose(both - rigid, np.broadcast_to(3 * turned, both.shape), atol=1e-9)


def test_the_cost_is_the_integral_over_all_space():
    # All around the lattice the field has faded to zero, so sums over fine voxels are the
    # integrals, up to differences of neighbors: 4 % at 1.5 mm in a mesh of 15 mm.
    lattice = Lattice(Grid((5, 4, 3), (2.0, 2.0, 2.0), np.eye(3), (0.0, 0.0, 0.0)), 15.0)
    moves = RNG.normal(0, 1, (*lattice.shape, 3))
    spline = lattice.spline(moves, None)
    first = tuple(np.array(spline.origin_mm) * [-1, -1, 1])
    i, j, k = (10 * (nodes - 1) for nodes in spline.coefficients_mm.shape[:3])
    fine = Grid((i, j, k), (1.5, 1.5, 1.5), np.eye(3), first)
    field = displacement_mm(Transform(None, spline), fine)
    slopes = [[np.gradient(field[..., c], 1.5, axis=a) for a in range(3)] for c in range(3)]
    bends = [np.gradient(slope, 1.5, axis=a) for row in slopes for slope in row for a in range(3)]
    bending = sum(1.5**3 * float(np.square(bend).sum()) for bend in bends)
    divergence = 1.5**3 * float(np.square(sum(slopes[a][a] for a in range(3))).sum())
    flat = moves.ravel()
    assert flat @ (lattice.cost(1.0, 0.0) @ flat) == pytest.approx(bending, rel=0.04)
    both = flat @ (lattice.cost(1.0, 1.0) @ flat)
    assert both == pytest.approx(bending + divergence, rel=0.04)
    assert both - flat @ (lattice.cost(1.0, 0.0) @ flat) == pytest.approx(divergence, rel=0.04)


def test_sums_are_those_of_the_dense_matrix():
    grid = Grid((9, 7, 5), (4.0, 5.0, 6.0), np.eye(3), (0.0, 0.0, 0.0))
    lattice = Lattice(grid, 15.0)
    slope = RNG.normal(0, 1, (5, 7, 9, 3)).astype(np.float32)
    counts = RNG.uniform(0, 1, (5, 7, 9)) < 0.7
    residual = np.where(counts, RNG.normal(0, 1, counts.shape), 0).astype(np.float32)
    effect = np.stack([_field(lattice, grid, n) for n in range(3 * np.prod(lattice.shape))], -1)
    effect = np.einsum("kjia,kjian->kjin", slope.astype(float), effect)[counts]
    stencil = np.zeros((*lattice.shape, 7, 7, 7, 6))
    add_stiffness(slope, counts, *lattice.taps(), stencil)
    np.testing.assert_allclose(matrix(stencil).toarray(), effect.T @ effect, atol=1e-6)  # float32
    forces = np.zeros((*lattice.shape, 3))
    add_forces(slope, residual, *lattice.taps(), forces)
    np.testing.assert_allclose(forces.ravel(), effect.T @ residual[counts], atol=1e-6)


def _field(lattice, grid, number):
    """Displacement along i, j, k, shape (k, j, i, 3), by one control point in one direction."""
    moves = np.zeros((*lattice.shape, 3))
    moves.ravel()[number] = 1.0
    moved = displacement_mm(Transform(None, lattice.spline(moves, None)), grid)
    return (moved @ grid.direction).transpose(2, 1, 0, 3)


def test_around_the_voxels_the_field_fades_without_a_fold():
    lattice = Lattice(GRID, 32.0)
    moves = np.full((*lattice.shape, 3), 5.0)
    corner = GRID.origin_mm - 160 * OBLIQUE.sum(axis=1)
    far = Grid((73, 73, 73), (5.0, 5.0, 5.0), OBLIQUE, tuple(corner))
    moved = displacement_mm(Transform(None, lattice.spline(moves, None)), far)
    assert np.linalg.norm(moved, axis=-1).max() == pytest.approx(5 * np.sqrt(3), rel=1e-6)
    jacobian = determinant(moved, far)
    assert 0.5 < jacobian.min() < jacobian.max() < 1.5  # 5 mm fade over 64 mm, along all axes
    assert not moved[0].any()
    assert not moved[-1].any()
