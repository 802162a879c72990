"""Measure the quality of the raw phases and look for artifacts in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode
from breastdce.core.exam import Dynamic, ExamFacts, Triple
from breastdce.core.params import NoParams
from breastdce.core.volume import Mask
from breastdce.prepare.breast_mask import BreastParams, breast_mask
from breastdce.qc.exam import QcExam
from breastdce.qc.report import FindingResult, QcReport, all_checks, all_detectors, assess
from breastdce.stages._contract import Context, Result, Stage


class Inputs(NamedTuple):
    native: Dynamic
    facts: ExamFacts
    ftv: Mask
    breast: Mask | None = None
    """Made here where no step of the recipe makes it."""
    aligned: Dynamic | None = None
    """For what correction for motion left, where the recipe has it before this step."""
    debiased: Triple | None = None
    """For what bias correction left, where the recipe has it before this step."""


class Outputs(NamedTuple):
    qc: QcReport


def run(inputs: Inputs, params: NoParams, ctx: Context) -> Result[Outputs]:
    """Ask every check and every detector."""
    breast = inputs.breast
    if breast is None:
        pre = inputs.native.triple(inputs.facts.phase_indices).pre
        breast = breast_mask(pre, BreastParams()).mask
    exam = QcExam(inputs.native, inputs.facts, breast, inputs.ftv, inputs.aligned, inputs.debiased)
    report = assess(exam, all_checks(), all_detectors(), threads=ctx.threads)
    return Result(Outputs(report), tuple(_caveats(report)))


def _caveats(report: QcReport) -> Iterator[Caveat]:
    flagged = [check.name for check in report.checks if any(check.flagged)]
    if flagged:
        yield Caveat(
            CaveatCode.QUALITY_FLAGGED,
            {"checks": ", ".join(flagged), "n_checks": len(flagged)},
        )
    for finding in report.findings:
        if finding.is_found:
            yield Caveat(finding.code, _detail(finding))


def _detail(finding: FindingResult) -> dict[str, str | int | float]:
    detail: dict[str, str | int | float] = {
        "score": round(finding.score, 4),
        "threshold": finding.threshold,
    }
    if finding.phases:
        detail["phases"] = ", ".join(map(str, finding.phases))
    if finding.voxel is not None:
        detail["voxel"] = ", ".join(map(str, finding.voxel))
    return detail


def methods(params: NoParams) -> str:
    """Sentence for the methods paragraph."""
    kinds = len(all_detectors())
    searched = f", and they were searched for {kinds} kinds of artifact" if kinds else ""
    return (
        f"The quality of the raw phases was described by {len(all_checks())} measures{searched}; "
        "what lay out of bounds is listed as a caveat of its exam."
    )


STAGE = Stage(
    "qc",
    version=3,
    inputs=Inputs,
    params=NoParams,
    outputs=Outputs,
    run=run,
    methods=methods,
    engines=lambda _: ("numba", "scipy"),
)
