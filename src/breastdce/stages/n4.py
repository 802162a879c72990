"""Divide the phases by their smooth bias field."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode
from breastdce.core.exam import Dynamic, ExamFacts, Triple
from breastdce.kinetics.rescaling import Rescaling, rescaling
from breastdce.prepare.n4 import N4Params, correct
from breastdce.stages._contract import Context, Result, Stage

_NOTABLE_FACTOR = 1.05
"""Between the mean fields of two phases: beyond it PE at 70 % moves by several points."""
_FROM = {
    "mean": "their mean",
    "pre": "the pre-contrast phase",
    "post1": "the early phase",
    "post2": "the late phase",
}


class BiasReport(msgspec.Struct, frozen=True):
    """What the correction did to the phases as a whole."""

    mean_log_field: tuple[float, ...]
    """Mean natural logarithm of the field of each phase; their differences rescale the phases
    against each other."""
    rescaling: Rescaling
    """What that does to enhancement."""


class Inputs(NamedTuple):
    native: Dynamic
    facts: ExamFacts


class Outputs(NamedTuple):
    debiased: Triple
    bias: BiasReport


def run(inputs: Inputs, params: N4Params, ctx: Context) -> Result[Outputs]:
    """Correct the three phases that are published, and say what that does to enhancement."""
    raw = inputs.native.triple(inputs.facts.phase_indices)
    corrected = correct(tuple(raw), params, threads=ctx.threads)
    debiased = Triple(*corrected.phases)
    damage = rescaling(raw, debiased, tissue_above=corrected.tissue_above)
    report = BiasReport(corrected.mean_log_field, damage)
    return Result(Outputs(debiased, report), tuple(_caveats(report)))


def _caveats(report: BiasReport) -> Iterator[Caveat]:
    means = report.mean_log_field
    factor = math.exp(max(means) - min(means))
    if factor > _NOTABLE_FACTOR:
        damage = report.rescaling
        yield Caveat(
            CaveatCode.PHASES_RESCALED,
            {
                "factor": round(factor, 3),
                "enhancing_before": damage.enhancing_before,
                "enhancing_after": damage.enhancing_after,
            },
        )


def methods(params: N4Params) -> str:
    """Sentence for the methods paragraph."""
    how = (
        "of each phase by itself"
        if params.field == "per_phase"
        else f"common to all phases, estimated on {_FROM[params.shared_from]},"
    )
    if params.method == "n3":
        return (
            f"The bias field {how} was estimated by N3 (control points at most "
            f"{params.distance_mm:g} mm apart, at most {params.iterations[0]} iterations, "
            f"convergence threshold {params.threshold:g}) and divided out."
        )
    itk = " as implemented in the Insight Toolkit" if params.engine == "itk" else ""
    return (
        f"The bias field {how} was estimated by N4{itk} "
        f"({params.control_points} control points per axis, {len(params.iterations)} levels of at "
        f"most {max(params.iterations)} iterations, convergence threshold {params.threshold:g}) "
        "and divided out."
    )


STAGE = Stage(
    "n4",
    version=2,
    inputs=Inputs,
    params=N4Params,
    outputs=Outputs,
    run=run,
    methods=methods,
    engines=lambda params: ("SimpleITK",) if params.engine == "itk" else ("numba",),
)
