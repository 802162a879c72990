"""Undo motion between the phases of an exam, where that can be shown to help.

Each phase is brought onto one reference phase. A step is kept only when tissue that does not
enhance fits better after it, its field stays close to volume preserving, and enhancing tissue
keeps its volume; otherwise the phase stays what it was, byte for byte.

A corrected phase is resampled once, from its raw signal through the composed transform, by a cubic
B-spline: linear interpolation would take up to half of the finest detail and lower the peak of
enhancement of small lesions, since only one of the two phases that are compared is resampled. What
the spline overshoots is cut at the phase's own smallest and largest value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from breastdce.core.caveats import Caveat, Fact
from breastdce.core.codes import CaveatCode
from breastdce.core.exam import Dynamic
from breastdce.core.transform import Transform
from breastdce.core.volume import Mask, Volume
from breastdce.imaging.warp import Warp
from breastdce.prepare.motion.judge import Judge
from breastdce.prepare.motion.params import MotionParams
from breastdce.prepare.motion.region import around, coarse, coarse_mask
from breastdce.prepare.motion.report import MotionReport, PhaseMotion, Reason, Try, Verdict
from breastdce.prepare.motion.search import find_rigid, find_spline

_UNSOUND = (Reason.FAILED, Reason.LOST, Reason.JACOBIAN, Reason.LESION)
_IDENTITY = Transform()


@dataclass(frozen=True, slots=True, eq=False)
class Corrected:
    """The phases on the reference, what was done, and through which transforms."""

    aligned: Dynamic
    report: MotionReport
    transforms: tuple[Transform | None, ...]
    """One a phase; None where the phase is that of the input."""
    caveats: tuple[Caveat, ...]


def correct(
    native: Dynamic, reference: int, mask: Mask, mask_source: str, params: MotionParams
) -> Corrected:
    """Bring all phases onto one of them.

    Parameters
    ----------
    native
        Raw signal, all phases on one grid with at least two voxels along each axis.
    reference
        Index of the phase that stays.
    mask
        Where tissue moves with the breast, on the native grid; with no voxel nothing is done.
    mask_source
        `breast` or `body`, for the report.

    Raises
    ------
    EngineError
        ENGINE_MISSING when elastix is not installed.
    """
    done = [
        (native.phases[index], None, PhaseMotion(index, Verdict.REFERENCE))
        if index == reference or not mask.data.any()
        else _one(native, reference, index, mask, params)
        for index in range(len(native.phases))
    ]
    report = MotionReport(reference, mask_source, mask.volume_ml, tuple(m for _, _, m in done))
    return Corrected(
        Dynamic(tuple(volume for volume, _, _ in done)),
        report,
        tuple(transform for _, transform, _ in done),
        tuple(found for motion in report.phases for found in caveats_of(motion)),
    )


def _one(
    native: Dynamic, reference: int, index: int, mask: Mask, params: MotionParams
) -> tuple[Volume, Transform | None, PhaseMotion]:
    box = around(mask, params.margin_mm)
    fixed, moving = (coarse(native.phases[one], box, params.work_mm) for one in (reference, index))
    voxel_mm = math.prod(native.grid.spacing_mm) ** (1 / 3)
    judge = Judge(fixed, moving, coarse_mask(mask, box, params.work_mm), voxel_mm, params)
    best, tries = _search(judge, params)
    transform = None if best is _IDENTITY else best
    motion = judge.summary(index, transform, verdict(transform, tries), tries)
    phase = native.phases[index]
    return (phase if transform is None else _resampled(phase, transform)), transform, motion


def _search(judge: Judge, params: MotionParams) -> tuple[Transform, tuple[Try, ...]]:
    rigid = find_rigid(judge.fixed, judge.moving, judge.mask, params)
    first = judge.weigh("rigid", rigid, _IDENTITY)
    best = rigid if first.kept and rigid is not None else _IDENTITY
    deformed = find_spline(*judge.quiet_pair(best), best.rigid, params)
    second = judge.weigh("spline", deformed, best)
    if second.kept and deformed is not None:
        best = deformed
    return best, (first, second)


def verdict(transform: Transform | None, tries: tuple[Try, ...]) -> Verdict:
    """What became of a phase, by the transform that was kept and what spoke against the others."""
    if transform is not None:
        return Verdict.RIGID if transform.spline is None else Verdict.DEFORMED
    unsound = any(one.reason in _UNSOUND for one in tries)
    return Verdict.REVERTED if unsound else Verdict.STILL


def _resampled(phase: Volume, transform: Transform) -> Volume:
    moved = Warp(phase)(transform)
    kept = np.clip(moved.data, phase.data.min(), phase.data.max())
    return phase.with_data(np.asfortranarray(kept))


def caveats_of(motion: PhaseMotion) -> tuple[Caveat, ...]:
    """What a reader of the phase must know."""
    if motion.verdict in (Verdict.REFERENCE, Verdict.STILL):
        return ()
    detail: dict[str, Fact] = {"phase": motion.phase}
    if motion.verdict is Verdict.REVERTED:
        unsound = next(one for one in motion.tries if one.reason in _UNSOUND)
        detail |= {"step": unsound.step, "reason": unsound.reason}
        change = unsound.change
        code = CaveatCode.MOTION_REVERTED
    else:
        detail |= {"step": "rigid" if motion.verdict is Verdict.RIGID else "spline"}
        change = motion.change
        code = CaveatCode.MOTION_CORRECTED
    if change is not None:
        detail |= {
            "displacement_median_mm": round(change.displacement_median_mm, 3),
            "displacement_p99_mm": round(change.displacement_p99_mm, 3),
            "jacobian_p1": round(change.jacobian_p1, 4),
            "jacobian_p99": round(change.jacobian_p99, 4),
            "lesion_change_percent": round(100 * change.lesion_change, 2),
        }
    return (Caveat(code, detail),)
