"""Mask the breasts on the native grid of the pre-contrast phase."""

from __future__ import annotations

from typing import NamedTuple

from breastdce.core.exam import Dynamic, ExamFacts
from breastdce.core.volume import Mask
from breastdce.prepare.breast_mask import BreastParams, BreastReport, breast_mask
from breastdce.stages._contract import Context, Result, Stage


class Inputs(NamedTuple):
    native: Dynamic
    facts: ExamFacts


class Outputs(NamedTuple):
    breast: Mask
    breast_report: BreastReport


def run(inputs: Inputs, params: BreastParams, ctx: Context) -> Result[Outputs]:
    """Mask both breasts, or the one that is shown."""
    found = breast_mask(inputs.native.triple(inputs.facts.phase_indices).pre, params)
    return Result(Outputs(found.mask, found.report), found.caveats)


def methods(params: BreastParams) -> str:
    """Sentence for the methods paragraph."""
    return (
        "The breasts were masked on the pre-contrast phase, skin included: from a smooth arch "
        f"{params.wall.thickness_mm:g} mm in front of the inner surface of the thorax to the "
        "skin, wherever tissue stands clear of the layer that covers the rest of the chest."
    )


STAGE = Stage(
    "breast",
    version=4,
    inputs=Inputs,
    params=BreastParams,
    outputs=Outputs,
    run=run,
    methods=methods,
)
