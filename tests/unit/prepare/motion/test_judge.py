"""When a step is kept: each reason by a case that differs in one figure."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np
import pytest

from breastdce.core.codes import CaveatCode
from breastdce.core.grid import Grid
from breastdce.core.transform import Rigid, Transform
from breastdce.core.volume import Mask, Volume
from breastdce.prepare.motion.correct import caveats_of, verdict
from breastdce.prepare.motion.judge import Judge
from breastdce.prepare.motion.params import MotionParams
from breastdce.prepare.motion.report import Change, PhaseMotion, Reason, Try, Verdict

SOUND = Change(3.0, 4.0, 0.96, 1.04, 0.9, 1.1, 0.01)
GRID = Grid((20, 20, 20), (2.0, 2.0, 2.0), np.diag([-1.0, -1.0, 1.0]), (0.0, 0.0, 0.0))


@dataclass
class Case:
    step_mm: tuple[float, float] = (3.0, 4.0)
    before: float = 0.10
    after: float = 0.05
    change: Change = SOUND


def changed(**figures):
    return msgspec.structs.replace(SOUND, **figures)


@pytest.fixture
def judge():
    data = np.asfortranarray(np.random.default_rng(0).uniform(90, 110, GRID.shape), np.float32)
    image = Volume(data, GRID)
    return Judge(
        image, image, Mask(np.ones(GRID.shape, bool, order="F"), GRID), 2.0, MotionParams()
    )


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        (Case(), Reason.HELPED),
        (Case(step_mm=(0.49, 1.9)), Reason.STILL),  # voxels of 2 mm: limits are 0.5 and 2
        (Case(step_mm=(0.51, 1.9)), Reason.HELPED),
        (Case(step_mm=(0.1, 2.1)), Reason.HELPED),  # a part of the breast moves
        (Case(after=0.098), Reason.LOST),
        (Case(after=0.098, step_mm=(1.9, 4.0)), Reason.NO_GAIN),
        (Case(after=0.0969), Reason.HELPED),
        (Case(before=float("nan")), Reason.LOST),
        (Case(change=changed(jacobian_p1=0.89)), Reason.JACOBIAN),
        (Case(change=changed(jacobian_p99=1.11)), Reason.JACOBIAN),
        (Case(change=changed(jacobian_min=0.6)), Reason.JACOBIAN),
        (Case(change=changed(lesion_change=-0.031)), Reason.LESION),
    ],
)
def test_a_step_is_kept_for_a_reason(judge, case, reason):
    assert judge._reason(case.step_mm, case.before, case.after, case.change) is reason


def test_enhancement_has_no_say(judge):
    # The two images differ in a lesion only: there is nothing left of it in the residual.
    post = judge.fixed.data.copy(order="F")
    post[7:13, 7:13, 7:13] *= 3
    other = Judge(judge.fixed, Volume(post, GRID), judge.mask, 2.0, MotionParams())
    shift = Transform(Rigid((0.0, 0.0, 0.0), (0.0, 0.0, 1e-9), (0.0, 0.0, 0.0)))
    found = other.weigh("rigid", shift, Transform())
    assert found.residual_before == pytest.approx(0, abs=1e-3)  # the tails of the kernels


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        ((Reason.STILL, Reason.STILL), Verdict.STILL),
        ((Reason.STILL, Reason.NO_GAIN), Verdict.STILL),
        ((Reason.STILL, Reason.LESION), Verdict.REVERTED),
        ((Reason.FAILED, Reason.STILL), Verdict.REVERTED),
    ],
)
def test_a_phase_is_reverted_where_its_correction_was_unsound(reasons, expected):
    tries = tuple(Try("rigid", reason) for reason in reasons)
    assert verdict(None, tries) is expected


def test_what_was_done_is_a_caveat_with_its_figures():
    assert caveats_of(PhaseMotion(1, Verdict.STILL)) == ()
    (corrected,) = caveats_of(PhaseMotion(1, Verdict.RIGID, change=SOUND))
    assert corrected.code is CaveatCode.MOTION_CORRECTED
    assert corrected.detail["displacement_median_mm"] == 3.0
    tries = (Try("rigid", Reason.STILL), Try("spline", Reason.LESION, 0.1, 0.05, SOUND))
    (reverted,) = caveats_of(PhaseMotion(2, Verdict.REVERTED, tries=tries))
    assert reverted.code is CaveatCode.MOTION_REVERTED
    assert (reverted.detail["step"], reverted.detail["reason"]) == ("spline", "lesion")
