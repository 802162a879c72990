"""Sums taken axis by axis are those over all samples and control points."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.prepare.bending import bending_energy, least_squares
from breastdce.prepare.bias_field import basis
from breastdce.prepare.scattered_fit import (
    Images,
    gather,
    level_of,
    refined,
    rows_of,
    single_taps,
    taps_of,
    update,
)

SHAPE, POINTS = (9, 8, 7), (4, 5, 6)


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def bases():
    return [basis(np.linspace(0, 1, n), p) for n, p in zip(SHAPE, POINTS, strict=True)]


@pytest.mark.parametrize("weighted", [False, True])
def test_fit_is_the_published_scattered_sum(rng, weighted):
    inside = rng.random(SHAPE) < 0.6
    values = rng.normal(size=SHAPE).astype(np.float32)
    weights = rng.random(SHAPE).astype(np.float32) if weighted else np.ones(SHAPE, np.float32)
    w = np.einsum("ia,jb,kc->ijkabc", *bases())
    squares = (w**2).sum(axis=(3, 4, 5), keepdims=True)
    m = (inside * weights)[..., None, None, None]
    over = (m * w**3 * values[..., None, None, None] / squares).sum(axis=(0, 1, 2))
    expected = over / (m * w**2).sum(axis=(0, 1, 2))
    rows = rows_of(np.asfortranarray(inside))
    given = weights.T[inside.T] if weighted else np.empty(0, np.float32)
    level = level_of(rows, SHAPE, POINTS, given)
    rest = (values * weights).T[inside.T]
    out = np.empty(POINTS[::-1])
    gather(rest, rows, level.taps.knots, level.factors, out)
    np.testing.assert_allclose((out * level.share).T, expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("as_itk", [False, True])
def test_field_and_its_change_at_the_samples(rng, as_itk):
    inside = np.asfortranarray(rng.random(SHAPE) < 0.7)
    rows, taps = rows_of(inside), taps_of(SHAPE, POINTS)
    lattice = rng.normal(0, 0.1, POINTS)
    log = rng.normal(4, 1, rows.i.size).astype(np.float32)
    field, corrected = np.zeros_like(log), np.empty_like(log)
    found = update(
        np.ascontiguousarray(lattice.T, np.float32),
        rows,
        taps.knots,
        single_taps(taps),
        Images(log, field, corrected, np.empty_like(log)),
        as_itk,
    )
    expected = np.einsum("ia,jb,kc,abc->ijk", *bases(), lattice).T[inside.T]
    np.testing.assert_allclose(field, expected, atol=1e-6)
    np.testing.assert_allclose(corrected, log - expected, atol=2e-6)
    ratio = np.exp(-expected)
    change = ratio.std(ddof=1) / ratio.mean()
    assert found == pytest.approx((corrected.min(), corrected.max(), change), rel=1e-4)


def test_refined_lattice_is_the_same_field(rng):
    lattice = rng.normal(size=(4, 5, 7))
    finer = refined(lattice)
    assert finer.shape == (5, 7, 11)
    places = np.linspace(0, 0.99, 13)  # at the very end the two lattices' last positions differ
    one, two = (
        np.einsum("ia,jb,kc,abc->ijk", *(basis(places, n) for n in grid.shape), grid)
        for grid in (lattice, finer)
    )
    np.testing.assert_allclose(one, two, atol=1e-12)


def test_bending_energy_of_a_quadratic_is_exact():
    """x^2 / 2 + 3 x y + y z: second derivatives 1, 3 and 1, so 1 + 2 (9 + 1) on average."""
    spans_mm, points = (10.0, 20.0, 5.0), [4, 5, 6]
    # Greville abscissae: a spline with these coefficients is linear; products need x^2 apart.
    x, y, z = ((np.arange(n) - 1) * step for n, step in zip(points, spans_mm, strict=True))
    square = x**2 - spans_mm[0] ** 2 / 3  # coefficients of x^2 by cubic B-splines
    lattice = square[:, None, None] / 2 + 3 * x[:, None, None] * y[:, None] + y[:, None] * z
    vector = np.broadcast_to(lattice, points).T.ravel()
    assert vector @ bending_energy(points, spans_mm) @ vector == pytest.approx(21.0, rel=1e-9)


def test_least_squares_meets_a_field_that_the_lattice_can_hold(rng):
    lattice = rng.normal(size=POINTS)
    i, j, k = bases()
    field = np.einsum("ia,jb,kc,abc->ijk", i, j, k, lattice)
    inside = np.ones(SHAPE, bool)
    sums = np.einsum("ia,jb,kc,ijk->cba", i, j, k, field).ravel()
    found = (least_squares(inside, (i, j, k), (1.0, 1.0, 1.0), 0.0) @ sums).reshape(POINTS[::-1]).T
    again = np.einsum("ia,jb,kc,abc->ijk", i, j, k, found)
    np.testing.assert_allclose(again, field, atol=1e-8)
    smooth = (least_squares(inside, (i, j, k), (1.0, 1.0, 1.0), 1e6) @ sums).reshape(POINTS[::-1])
    assert np.abs(np.diff(smooth, 2, axis=0)).max() < 1e-3  # bending costs too much: a plane
