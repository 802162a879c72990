"""Read an exam: all phases as raw signal, what is known of them, and the producer's analysis."""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode
from breastdce.core.exam import (
    Dynamic,
    ExamFacts,
    ProducerAnalysis,
    Region,
    TimeZero,
    VoiSource,
)
from breastdce.core.params import Params
from breastdce.ingest.load import load_exam
from breastdce.ingest.phase_choice import (
    LATE_S,
    LATE_TOLERANCE_S,
    choose_by_time,
    roles_of,
)
from breastdce.ingest.producer import Analysis, read_analysis
from breastdce.ingest.records import ExamSource
from breastdce.stages._contract import Context, Result, Stage


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What an exam is loaded from."""

    exam: ExamSource
    region: Region | None = None
    """A region from the user's table; it takes the place of the producer's."""
    identity_kept: bool = False
    shifted_day: int | None = None
    """Shifted study date as an ordinal, for the tables; nothing is computed from it."""


class LoadParams(Params, frozen=True):
    """Which phases are compared."""

    phases: Literal["first", "by_time"] = "first"
    """`first`: the first two after contrast, as the paper did. `by_time`: those nearest 150 s and
    450 s after contrast."""


class Inputs(NamedTuple):
    source: Source


class Outputs(NamedTuple):
    native: Dynamic
    facts: ExamFacts
    region: Region
    analysis: ProducerAnalysis


def run(inputs: Inputs, params: LoadParams, ctx: Context) -> Result[Outputs]:
    """Read pixels and the producer's objects; the producer's times win over the rule."""
    source = inputs.source
    loaded = load_exam(source.exam)
    analysis = read_analysis(source.exam, loaded.dynamic.grid)
    facts = _with_producer_times(loaded.facts, analysis)
    caveats: tuple[Caveat, ...] = (*source.exam.caveats, *loaded.caveats, *analysis.caveats)
    if params.phases == "by_time":
        facts = _with_phases_by_time(facts)
        caveats += _late_phase(facts)
    region = analysis.region if source.region is None else source.region
    if source.identity_kept:
        caveats += (Caveat(CaveatCode.IDENTITY_KEPT),)
    if region.source is not VoiSource.TABLE:
        return Result(Outputs(loaded.dynamic, facts, region, analysis.analysis), caveats)
    return Result(Outputs(loaded.dynamic, facts, region, ProducerAnalysis()), caveats)


def _with_producer_times(facts: ExamFacts, analysis: Analysis) -> ExamFacts:
    if analysis.effective_s is None or len(analysis.effective_s) != len(facts.delays_s):
        return facts
    sidecars = tuple(
        {**sidecar, "PhaseEffectiveTime": round(seconds, 3), "TimeZero": TimeZero.INJECTION.value}
        for sidecar, seconds in zip(facts.sidecars, analysis.effective_s, strict=True)
    )
    return msgspec.structs.replace(
        facts, delays_s=analysis.effective_s, time_zero=TimeZero.INJECTION, sidecars=sidecars
    )


def _with_phases_by_time(facts: ExamFacts) -> ExamFacts:
    indices = choose_by_time(facts.phase_indices, facts.delays_s)
    roles = roles_of(indices, facts.roles)
    sidecars = tuple(
        {**sidecar, "PhaseRole": role.value}
        for sidecar, role in zip(facts.sidecars, roles, strict=True)
    )
    return msgspec.structs.replace(facts, phase_indices=indices, roles=roles, sidecars=sidecars)


def _late_phase(facts: ExamFacts) -> tuple[Caveat, ...]:
    late = facts.delays_s[facts.phase_indices[2]]
    if late is None or abs(late - LATE_S) <= LATE_TOLERANCE_S:
        return ()
    return (Caveat(CaveatCode.LATE_PHASE_OFF, {"late_s": round(late, 3)}),)


def methods(params: LoadParams) -> str:
    """Sentence for the methods paragraph."""
    chosen = (
        "The first two phases after contrast were taken as early and late."
        if params.phases == "first"
        else "The phases nearest 150 s and 450 s after contrast were taken as early and late."
    )
    return (
        "DICOM series were identified from their headers; phases were separated and ordered by "
        "acquisition time, and voxel grids were built from slice positions. The modality LUT was "
        f"applied, and the raw signal was kept on its native grid. {chosen}"
    )


STAGE = Stage(
    "load",
    version=1,
    inputs=Inputs,
    params=LoadParams,
    outputs=Outputs,
    run=run,
    methods=methods,
    engines=lambda _: ("pydicom",),
)
