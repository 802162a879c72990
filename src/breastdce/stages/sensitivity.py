"""How the functional tumor volume depends on its thresholds."""

from __future__ import annotations

from typing import NamedTuple

from breastdce.core.exam import Dynamic, ExamFacts, Region
from breastdce.core.volume import Mask
from breastdce.kinetics.sensitivity import SensitivityParams, SensitivityReport, ftv_sensitivity
from breastdce.kinetics.tally import FtvReport
from breastdce.stages._contract import Context, Result, Stage


class Inputs(NamedTuple):
    native: Dynamic
    facts: ExamFacts
    region: Region
    measures: FtvReport
    breast: Mask | None = None
    """What FTV was counted in where no region of interest was given."""


class Outputs(NamedTuple):
    sensitivity: SensitivityReport


def run(inputs: Inputs, params: SensitivityParams, ctx: Context) -> Result[Outputs]:
    """Count again with other thresholds."""
    phases = inputs.native.triple(inputs.facts.phase_indices)
    report = ftv_sensitivity(phases, inputs.region, inputs.measures, params, inputs.breast)
    return Result(Outputs(report))


def methods(params: SensitivityParams) -> str:
    """Sentence for the methods paragraph."""
    return (
        "The FTV was counted again with each of its thresholds varied alone: the PE threshold "
        f"({_range(params.pe_percent)} %), the background threshold "
        f"({_range(params.background_percent)} % of the 95th percentile) and the number of "
        f"neighbors ({_range(params.min_neighbors)}); and for each pair of a PE threshold and a "
        f"least SER ({_range(params.ser_minimum)})."
    )


def _range(values: tuple[float, ...]) -> str:
    return f"{min(values):g} to {max(values):g}" if values else "none but the exam's own"


STAGE = Stage(
    "sensitivity",
    version=2,
    inputs=Inputs,
    params=SensitivityParams,
    outputs=Outputs,
    run=run,
    methods=methods,
)
