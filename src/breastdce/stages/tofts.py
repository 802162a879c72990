"""Ktrans, ve and vp by a Tofts model, for exams with many phases and a known T10."""

from __future__ import annotations

from typing import NamedTuple

from breastdce.core.exam import Dynamic, ExamFacts, Region
from breastdce.kinetics.curves import sampling_of
from breastdce.kinetics.pharmacokinetics.map import ToftsParams, map_tofts
from breastdce.kinetics.stored import MapSet
from breastdce.kinetics.tally import FtvReport
from breastdce.stages._contract import Context, Result, Stage


class Inputs(NamedTuple):
    native: Dynamic
    facts: ExamFacts
    region: Region
    measures: FtvReport


class Outputs(NamedTuple):
    tofts_maps: MapSet


def run(inputs: Inputs, params: ToftsParams, ctx: Context) -> Result[Outputs]:
    """Fit, or say by a caveat why the exam does not allow it."""
    facts = inputs.facts
    sampling = sampling_of(facts.phase_indices, facts.delays_s, facts.time_zero)
    maps, caveats = map_tofts(
        inputs.native, inputs.region, inputs.measures, sampling, facts.sidecars, params
    )
    return Result(Outputs(maps), caveats)


def methods(params: ToftsParams) -> str:
    """Sentence for the methods paragraph."""
    t10 = "unknown" if params.t10_s is None else f"{params.t10_s:g} s"
    name = "extended Tofts model" if params.model == "extended" else "Tofts model"
    return (
        "Signal was turned into concentration by the equation of the spoiled gradient echo (T1 "
        f"before contrast {t10}, relaxivity {params.relaxivity:g} per s and mM), and "
        f"the {name} was fitted with the population input of Parker et al. (hematocrit "
        f"{params.hematocrit:g}, onset {params.onset_s:g} s) where there were at least "
        f"{params.min_phases} phases after contrast, at most {params.max_interval_s:g} s apart."
    )


STAGE = Stage(
    "tofts",
    version=1,
    inputs=Inputs,
    params=ToftsParams,
    outputs=Outputs,
    run=run,
    methods=methods,
)
