"""An image through a transform: SimpleITK's values, and what has no oracle."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.grid import Grid
from breastdce.core.transform import Rigid, Spline, Transform
from breastdce.core.volume import Volume
from breastdce.imaging.warp import Warp, displacement_mm, lps
from breastdce.testing import itk_oracle

OBLIQUE = np.array([[0.8, 0.0, -0.6], [0.6, 0.0, 0.8], [0.0, -1.0, 0.0]])
GRID = Grid((30, 75, 14), (1.5, 0.9, 3.0), OBLIQUE, (-20.0, 35.0, 12.0))
RIGID = Rigid((0.05, -0.03, 0.04), (1.5, -2.0, 0.7), (5.0, -8.0, 3.0))


def image(grid=GRID):
    noise = np.random.default_rng(0).uniform(50, 400, grid.shape)
    return Volume(np.asfortranarray(noise, np.float32), grid)


def spline(rigid, size=(7, 8, 6), turn=0.0):
    """Random displacements of up to 4 mm; the lattice reaches over a part of the grid."""
    matrix, shift = rigid.affine() if rigid else (np.eye(3), np.zeros(3))
    frame, origin = lps(GRID)
    across = frame / GRID.spacing_mm
    first = matrix @ (origin + across @ (-6.3, -11.9, -10.3)) + shift
    coefficients = np.random.default_rng(1).uniform(-4, 4, (*size, 3))
    c, s = np.cos(turn), np.sin(turn)
    axes = matrix @ across @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    return Spline(tuple(first), (9.0, 9.7, 11.0), tuple(axes.ravel()), coefficients)


@pytest.mark.parametrize(
    "transform",
    [
        Transform(),
        Transform(RIGID),
        Transform(None, spline(None)),
        Transform(RIGID, spline(RIGID)),
    ],
    ids=["nothing", "rigid", "spline", "both"],
)
def test_values_are_those_of_simpleitk(transform):
    found = Warp(image())(transform)
    expected = itk_oracle.warp(image(), transform, itk_oracle.Interpolator.BSPLINE)
    # Coefficients are float32 and reach a few times the largest sample: 400 * 2^-23 * a few.
    np.testing.assert_allclose(found.data, expected.data, rtol=0, atol=1e-3)
    assert found.data.flags.f_contiguous
    assert found.data.dtype == np.float32
    np.testing.assert_allclose(
        displacement_mm(transform, GRID),
        itk_oracle.displacement_mm(transform, GRID),
        rtol=0,
        atol=1e-9,
    )


def test_samples_stay_where_nothing_moves():
    np.testing.assert_allclose(Warp(image())(Transform()).data, image().data, rtol=3e-6)


@pytest.mark.parametrize("shape", [(1, 5, 4), (2, 2, 2), (4, 3, 3), (5, 3, 1)])
def test_short_axes_are_mirrored(shape):
    grid = Grid(shape, (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    shift = Transform(Rigid((0.0, 0.0, 0.0), (0.3, -0.4, 0.2), (0.0, 0.0, 0.0)))
    found = Warp(image(grid))(shift).data
    assert np.isfinite(found).all()
    if min(shape) > 2:  # ITK mirrors once only, and one sample not at all
        expected = itk_oracle.warp(image(grid), shift, itk_oracle.Interpolator.BSPLINE).data
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-3)


def test_a_turned_lattice_is_refused():
    with pytest.raises(ValueError, match="control points"):
        Warp(image())(Transform(RIGID, spline(RIGID, turn=0.01)))
