"""Bring the phases onto the pre-contrast one, where that helps."""

from __future__ import annotations

from typing import NamedTuple

from breastdce.core.exam import Dynamic, ExamFacts
from breastdce.core.transform import Transform
from breastdce.core.volume import Mask
from breastdce.prepare.motion.correct import correct
from breastdce.prepare.motion.params import MotionParams
from breastdce.prepare.motion.region import body
from breastdce.prepare.motion.report import MotionReport
from breastdce.stages._contract import Context, Result, Stage


class Transforms(NamedTuple):
    """From positions of the pre-contrast phase to those of each phase."""

    of_phase: tuple[Transform | None, ...]
    """In order of time; None where a phase was left as it is."""


class Inputs(NamedTuple):
    native: Dynamic
    facts: ExamFacts
    breast: Mask | None = None


class Outputs(NamedTuple):
    aligned: Dynamic
    motion: MotionReport
    transforms: Transforms


def run(inputs: Inputs, params: MotionParams, ctx: Context) -> Result[Outputs]:
    """Look for motion in the breast, or in the body where no step made a breast mask."""
    reference = inputs.facts.phase_indices[0]
    mask, source = inputs.breast, "breast"
    if mask is None or not mask.data.any():
        mask, source = body(inputs.native.phases[reference]), "body"
    found = correct(inputs.native, reference, mask, source, params)
    return Result(Outputs(found.aligned, found.report, Transforms(found.transforms)), found.caveats)


def methods(params: MotionParams) -> str:
    """Sentence for the methods paragraph."""
    return (
        "Each phase was registered to the pre-contrast phase, first rigidly with elastix by mutual "
        f"information, then by a cubic B-spline with {params.mesh_mm:g} mm between control points, "
        "by least squares of locally normalized images in tissue that did not enhance, "
        "with penalties on bending and on changes of volume. A step was kept only if the residual "
        f"at edges of that tissue fell by at least {100 * params.least_gain:g} %, the 1st and 99th "
        f"percentile of the Jacobian determinant lay in {params.jacobian[0]:g} to "
        f"{params.jacobian[1]:g}, and the volume of enhancing tissue changed by at most "
        f"{100 * params.lesion_change:g} %; kept steps were applied together, "
        "by one cubic B-spline interpolation."
    )


STAGE = Stage(
    name="motion",
    version=3,
    inputs=Inputs,
    params=MotionParams,
    outputs=Outputs,
    run=run,
    methods=methods,
    engines=lambda _: ("itk-elastix", "numba", "scipy"),
)
