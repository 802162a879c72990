"""The front of the body, and air behind it."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.imaging.anatomical import Coarse
from breastdce.prepare.body_surface import BodySurface, body_surface

STEP_MM = 3.0


@pytest.fixture(scope="module")
def hanging() -> BodySurface:
    """A trunk, y below 10, and a breast with a dark middle that hangs over toward the feet."""
    rng = np.random.default_rng(4)
    signal = rng.rayleigh(5.0, (24, 36, 36)).astype(np.float32)
    signal[:, :10] = 100
    signal[4:20, 10:28, 18:30] = 100  # the part that is held
    signal[4:20, 17:28, 8:18] = 100  # the part that hangs
    signal[9:15, 14:23, 21:27] = 5
    return body_surface(Coarse(signal, (STEP_MM, STEP_MM, STEP_MM), (0.0, 0.0, 0.0)))


def test_the_front_lies_where_tissue_ends(hanging: BodySurface):
    for line, last in (((12, 24), 27), ((12, 12), 27), ((12, 2), 9), ((1, 24), 9)):
        at = STEP_MM * (last + 0.5)
        assert abs(hanging.front_mm[line] - at) <= STEP_MM


def test_air_that_a_breast_hangs_over_is_a_fold(hanging: BodySurface):
    assert hanging.folds[8:16, 12:15, 10:15].all()


def test_dark_tissue_with_skin_around_is_none(hanging: BodySurface):
    assert not hanging.folds[:, :, 18:].any()
    assert not hanging.folds[:, :10].any()


def test_without_noise_the_blur_of_an_edge_is_no_tissue():
    rng = np.random.default_rng(4)
    signal = rng.rayleigh(0.2, (24, 36, 36)).astype(np.float32)
    signal[:, :10] = 200
    signal[8:16, 10:28, 8:30] = 200
    surface = body_surface(Coarse(signal, (STEP_MM, STEP_MM, STEP_MM), (0.0, 0.0, 0.0)))
    beside = surface.front_mm[6, 10:28]  # two blocks from a steep side
    assert (np.abs(beside - STEP_MM * 9.5) <= STEP_MM).all()


def test_a_breast_that_dark_fat_parts_from_the_trunk_is_body_and_a_ghost_is_none():
    rng = np.random.default_rng(4)
    signal = rng.rayleigh(5.0, (30, 40, 24)).astype(np.float32)
    signal[:, :10] = 100
    signal[2:12, 16:30, 4:20] = 100  # 18 mm before the trunk
    signal[20:26, 30:34, 6:12] = 40
    surface = body_surface(Coarse(signal, (STEP_MM, STEP_MM, STEP_MM), (0.0, 0.0, 0.0)))
    assert abs(surface.front_mm[6, 12] - STEP_MM * 29.5) <= STEP_MM
    assert abs(surface.front_mm[22, 9] - STEP_MM * 9.5) <= STEP_MM
