"""Known motion of small phantoms: undone where there is some, left alone where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.exam import Dynamic
from breastdce.core.grid import Grid
from breastdce.core.transform import Transform
from breastdce.core.volume import Mask, Volume
from breastdce.prepare.motion.correct import correct
from breastdce.prepare.motion.params import MotionParams
from breastdce.prepare.motion.report import Verdict
from breastdce.testing import PhantomParams, itk_oracle, phantom_grid
from breastdce.testing.motion import make_moving_phantom, positions_mm, rigid_move, shear_wave

SAGITTAL = phantom_grid("demo", sagittal=True)
GRID = Grid((60, 60, 34), (2.8, 2.8, 3.0), SAGITTAL.direction.copy(), SAGITTAL.origin_mm)
CENTER = (78.0, 50.0, -5.0)
CHEST_WALL_MM = 3.0


def corrected(move):
    phantom = make_moving_phantom(
        GRID, (-60.0, 90.0), PhantomParams(), np.random.default_rng(1), (None, move)
    )
    native = Dynamic(tuple(Volume(np.asfortranarray(image), GRID) for image in phantom.images))
    breast = (phantom.truth.labels > 0) & (positions_mm(GRID)[..., 1] > CHEST_WALL_MM)
    mask = Mask(np.asfortranarray(breast), GRID)
    return native, correct(native, 0, mask, "breast", MotionParams()), phantom.truth, breast


def error_mm(transform, move, inside):
    """Median distance of where the transform finds tissue from where it is."""
    at = positions_mm(GRID)[inside]
    moved = itk_oracle.displacement_mm(transform, GRID)[inside]
    return float(np.median(np.linalg.norm(moved - move(at + moved), axis=-1)))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("move", "verdict"),
    [
        (rigid_move((2.0, -3.0, 2.2), (2.0, -1.0, 1.0), CENTER), Verdict.RIGID),
        (shear_wave(4.0, 2, 1, 150.0), Verdict.DEFORMED),
    ],
    ids=["rigid", "deformed"],
)
def test_known_motion_is_undone(move, verdict):
    native, found, truth, breast = corrected(move)
    (_, motion) = found.report.phases
    assert motion.verdict is verdict
    assert error_mm(Transform(), move, breast) > 2
    assert error_mm(found.transforms[1], move, breast) <= 0.5  # mm; the promise of docs/motion.md
    assert abs(motion.change.lesion_change) <= 0.03
    assert motion.after.residual < 0.5 * motion.before.residual
    aligned = found.aligned.phases[1].data
    assert aligned.flags.f_contiguous
    assert aligned.min() >= native.phases[1].data.min()
    still = truth.phases[1] * truth.shading
    off, was = (np.abs(data - still)[breast].mean() for data in (aligned, native.phases[1].data))
    assert off < 0.75 * was  # noise stays


@pytest.mark.slow
def test_an_exam_without_motion_keeps_its_bytes():
    native, found, _, _ = corrected(None)
    assert [motion.verdict for motion in found.report.phases] == [Verdict.REFERENCE, Verdict.STILL]
    assert found.aligned.phases[1] is native.phases[1]
    assert found.transforms == (None, None)
    assert found.caveats == ()


def test_without_a_mask_nothing_is_done():
    grid = Grid((4, 4, 4), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    image = Volume(np.ones(grid.shape, np.float32, order="F"), grid)
    nowhere = Mask(np.zeros(grid.shape, bool), grid)
    found = correct(Dynamic((image, image)), 0, nowhere, "body", MotionParams())
    assert found.aligned.phases[1] is image
