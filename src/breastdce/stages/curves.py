"""Wash-in, time to peak, wash-out, area under the curve and curve type, on the native grid."""

from __future__ import annotations

from typing import NamedTuple

from breastdce.core.exam import Dynamic, ExamFacts, Region
from breastdce.core.volume import Mask
from breastdce.kinetics.curve_maps import CurveReport, map_curves
from breastdce.kinetics.curves import CurvesParams, sampling_of
from breastdce.kinetics.stored import MapSet
from breastdce.kinetics.tally import FtvReport
from breastdce.stages._contract import Context, Result, Stage


class Inputs(NamedTuple):
    native: Dynamic
    facts: ExamFacts
    region: Region
    measures: FtvReport
    ftv: Mask
    stv_native: Mask


class Outputs(NamedTuple):
    curve_maps: MapSet
    curves: CurveReport


def run(inputs: Inputs, params: CurvesParams, ctx: Context) -> Result[Outputs]:
    """Describe every curve in the region of interest, and those of the two volumes together."""
    facts = inputs.facts
    sampling = sampling_of(facts.phase_indices, facts.delays_s, facts.time_zero)
    masks = {"ftv": inputs.ftv, "stv-candidate": inputs.stv_native}
    maps, report = map_curves(
        inputs.native, inputs.region, inputs.measures, masks, sampling, params
    )
    return Result(Outputs(maps, report))


def methods(params: CurvesParams) -> str:
    """Sentence for the methods paragraph."""
    return (
        "Relative enhancement over time was described by time to peak, wash-in slope, wash-out "
        f"slope, the area under the curve in the first {params.initial_s:g} s and to the last "
        "phase, as the OSIPI lexicon defines them, and by the type of the curve: a change of more "
        f"than {params.plateau_percent:g} % of the signal from the early to the late phase is "
        "persistent enhancement or washout, less a plateau."
    )


STAGE = Stage(
    "curves",
    version=1,
    inputs=Inputs,
    params=CurvesParams,
    outputs=Outputs,
    run=run,
    methods=methods,
)
