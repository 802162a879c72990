"""Propose a region of interest for an exam that has none."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode
from breastdce.core.exam import Dynamic, ExamFacts, Region, VoiSource
from breastdce.core.params import Params
from breastdce.core.volume import Mask
from breastdce.kinetics.proposal import Proposal, ProposalParams, propose
from breastdce.prepare.breast_mask import BreastParams, BreastReport, breast_mask
from breastdce.stages._contract import Context, Result, Stage


class VoiParams(Params, frozen=True):
    """How a region is proposed."""

    proposal: ProposalParams = ProposalParams()
    """How a region is proposed where none is given."""
    breast: BreastParams = BreastParams()
    """For a recipe that makes no mask of the breasts."""


class Proposals(msgspec.Struct, frozen=True, kw_only=True):
    """What was proposed; nothing where a region was given."""

    ranked: tuple[Proposal, ...] = ()
    """The likeliest first; it became the region of interest."""


class Inputs(NamedTuple):
    native: Dynamic
    facts: ExamFacts
    region: Region
    breast: Mask | None = None
    breast_report: BreastReport | None = None


class Outputs(NamedTuple):
    voi_region: Region
    proposals: Proposals


def run(inputs: Inputs, params: VoiParams, ctx: Context) -> Result[Outputs]:
    """Leave a region that is given; else take the first box that is proposed."""
    if inputs.region.voi is not None:
        return Result(Outputs(inputs.region, Proposals()))
    phases = inputs.native.triple(inputs.facts.phase_indices)
    caveats: tuple[Caveat, ...] = ()
    mask, report = inputs.breast, inputs.breast_report
    if mask is None or report is None:
        found = breast_mask(phases.pre, params.breast)
        mask, report, caveats = found.mask, found.report, found.caveats
    ranked = propose(phases, mask, report.middle_mm, params.proposal)
    if not ranked:
        return Result(Outputs(inputs.region, Proposals()), caveats)
    region = msgspec.structs.replace(inputs.region, voi=ranked[0].box, source=VoiSource.PROPOSED)
    proposed = Caveat(CaveatCode.VOI_PROPOSED, {"proposals": len(ranked)})
    return Result(Outputs(region, Proposals(ranked=ranked)), (*caveats, proposed))


def methods(params: VoiParams) -> str:
    """Sentence for the methods paragraph."""
    given = params.proposal
    return (
        "Where no region of interest was given, one was proposed: the box around the part of "
        "densely enhancing tissue in the breasts that ranked first by volume, density, early "
        f"enhancement, washout and asymmetry, with a margin of {given.margin_mm:g} mm."
    )


STAGE = Stage(
    "voi",
    version=2,
    inputs=Inputs,
    params=VoiParams,
    outputs=Outputs,
    run=run,
    methods=methods,
)
