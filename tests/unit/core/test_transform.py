"""A rigid move turns about its center and keeps distances."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.transform import Rigid


def moved(rigid: Rigid, point: tuple[float, float, float]) -> np.ndarray:
    matrix, shift = rigid.affine()
    return matrix @ point + shift


def test_the_center_moves_by_the_translation_alone():
    rigid = Rigid((0.3, -0.2, 0.1), (1.0, 2.0, 3.0), (10.0, -20.0, 30.0))
    np.testing.assert_allclose(moved(rigid, rigid.center_mm), (11.0, -18.0, 33.0), rtol=1e-14)


@pytest.mark.parametrize(
    ("angles", "point", "goes_to"),
    [
        ((np.pi / 2, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
        ((0.0, np.pi / 2, 0.0), (0.0, 0.0, 1.0), (1.0, 0.0, 0.0)),
        ((0.0, 0.0, np.pi / 2), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)),
        ((np.pi / 2, np.pi / 2, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),  # Rz Rx Ry: y comes first
        ((np.pi / 2, 0.0, np.pi / 2), (0.0, 0.0, 1.0), (1.0, 0.0, 0.0)),
    ],
)
def test_right_angles_turn_right_handed_in_the_order_of_itk(angles, point, goes_to):
    rigid = Rigid(angles, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    np.testing.assert_allclose(moved(rigid, point), goes_to, atol=1e-15)


def test_a_rigid_move_is_a_rotation():
    matrix, _ = Rigid((0.4, 1.1, -2.0), (5.0, 0.0, 0.0), (1.0, 1.0, 1.0)).affine()
    np.testing.assert_allclose(matrix.T @ matrix, np.eye(3), atol=1e-15)
    assert np.linalg.det(matrix) == pytest.approx(1.0, rel=1e-14)
