"""Divide the phases by their smooth bias field."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from breastdce.core.exam import Dynamic, ExamFacts, Triple
from breastdce.prepare.n4 import N4Params, correct
from breastdce.stages._contract import Context, Result, Stage


class BiasReport(msgspec.Struct, frozen=True):
    """What the correction did to the phases as a whole."""

    mean_log_field: tuple[float, ...]
    """Mean natural logarithm of the field of each phase; their differences rescale the phases
    against each other."""


class Inputs(NamedTuple):
    native: Dynamic
    facts: ExamFacts


class Outputs(NamedTuple):
    debiased: Triple
    bias: BiasReport


def run(inputs: Inputs, params: N4Params, ctx: Context) -> Result[Outputs]:
    """Correct the three phases that are published."""
    corrected = correct(tuple(inputs.native.triple(inputs.facts.phase_indices)), params)
    return Result(Outputs(Triple(*corrected.phases), BiasReport(corrected.mean_log_field)))


def methods(params: N4Params) -> str:
    """Sentence for the methods paragraph."""
    how = (
        "of each phase by itself"
        if params.field == "per_phase"
        else "common to all phases, estimated on their mean"
    )
    return (
        f"The bias field {how} was estimated by N4 as implemented in the Insight Toolkit "
        f"({params.control_points} control points per axis, {len(params.iterations)} levels of at "
        f"most {max(params.iterations)} iterations, convergence threshold {params.threshold:g}) "
        "and divided out."
    )


STAGE = Stage(
    "n4",
    version=1,
    inputs=Inputs,
    params=N4Params,
    outputs=Outputs,
    run=run,
    methods=methods,
    engines=("SimpleITK",),
)
