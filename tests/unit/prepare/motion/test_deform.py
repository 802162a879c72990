"""A known slide is found, the same each time; what shows nothing gives nothing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from breastdce.core.grid import Grid
from breastdce.core.transform import Rigid, Transform
from breastdce.core.volume import Mask, Volume
from breastdce.imaging.warp import displacement_mm
from breastdce.prepare.motion.deform import _seen
from breastdce.prepare.motion.metrics import determinant
from breastdce.prepare.motion.params import MotionParams
from breastdce.prepare.motion.search import find_spline
from breastdce.testing import itk_oracle
from breastdce.testing.motion import positions_mm, shear_wave, warped

SAGITTAL = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
GRID = Grid((40, 44, 24), (2.0, 2.0, 3.0), SAGITTAL, (-30.0, 40.0, 44.0))
EVERYWHERE = Mask(np.ones(GRID.shape, bool, order="F"), GRID)
SLIDE = shear_wave(2.0, 1, 2, 90.0)
PARAMS = MotionParams()


def blobs(seed=0):
    noise = np.random.default_rng(seed).normal(0, 1, GRID.shape)
    return np.asarray(300 + 600 * ndimage.gaussian_filter(noise, 1.5), np.float32, order="F")


def moved(noise_sd=0.0):
    rng = np.random.default_rng(3)
    data = warped(blobs(), GRID, SLIDE) + rng.normal(0, noise_sd, GRID.shape)
    return Volume(np.asfortranarray(data, np.float32), GRID)


def error_mm(transform):
    at = positions_mm(GRID)
    field = displacement_mm(transform, GRID)
    return np.linalg.norm(field - SLIDE(at + field), axis=-1)[4:-4, 4:-4, 3:-3]


@pytest.mark.parametrize(
    "rigid", [None, Rigid((0.01, -0.02, 0.01), (0.4, -0.5, 0.3), (0.0, 0.0, 0.0))]
)
def test_a_slide_is_found_after_any_rigid_move(rigid):
    found = find_spline(Volume(blobs(), GRID), moved(8.0), EVERYWHERE, rigid, PARAMS)
    assert found is not None
    assert found.rigid == rigid
    assert np.median(error_mm(Transform())) > 1.0
    assert np.median(error_mm(found)) < 0.25
    assert np.abs(determinant(displacement_mm(found, GRID), GRID) - 1).max() < 0.1


def test_brightness_and_contrast_make_no_motion():
    other = Volume(np.asfortranarray(2.5 * blobs() - 70), GRID)
    found = find_spline(Volume(blobs(), GRID), other, EVERYWHERE, None, PARAMS)
    assert found is not None
    assert np.linalg.norm(displacement_mm(found, GRID), axis=-1).max() < 1e-3


def test_noise_alone_moves_little():
    rng = np.random.default_rng(5)
    one, two = (
        Volume(np.asfortranarray(blobs() + rng.normal(0, 15, GRID.shape), np.float32), GRID)
        for _ in range(2)
    )
    found = find_spline(one, two, EVERYWHERE, None, PARAMS)
    assert found is not None
    assert np.median(np.linalg.norm(displacement_mm(found, GRID), axis=-1)) < 0.15


def test_the_result_is_the_same_each_time_and_read_alike_by_itk():
    fixed, moving = Volume(blobs(), GRID), moved()
    first, again = (find_spline(fixed, moving, EVERYWHERE, None, PARAMS) for _ in range(2))
    assert first is not None
    assert again is not None
    field = displacement_mm(first, GRID)
    assert field.any()
    assert field.tobytes() == displacement_mm(again, GRID).tobytes()
    theirs = itk_oracle.displacement_mm(first, GRID)
    np.testing.assert_allclose(field, theirs, rtol=0, atol=1e-9)


def test_tissue_that_a_rigid_move_took_out_of_the_image_has_no_say():
    x, y, z = (np.array([-1, -1, 1]) * GRID.direction[:, 2] * 4 * GRID.spacing_mm[2]).tolist()
    inside = _seen(GRID, Rigid((0.0, 0.0, 0.0), (x, y, z), (0.0, 0.0, 0.0)))
    assert inside[:, :, :-4].all()
    assert not inside[:, :, -4:].any()
    assert _seen(GRID, None).all()


def test_nothing_to_look_at_gives_nothing():
    image = Volume(blobs(), GRID)
    nowhere = Mask(np.zeros(GRID.shape, bool, order="F"), GRID)
    assert find_spline(image, moved(), nowhere, None, PARAMS) is None
    even = Volume(np.full(GRID.shape, 7.0, np.float32, order="F"), GRID)
    assert find_spline(even, even, EVERYWHERE, None, PARAMS) is None
