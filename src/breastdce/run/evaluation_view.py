"""What the page of an evaluation shows, from the evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from breastdce.report.evaluation_page import CaseView, EvaluationPage, FigureView, VolumesView
from breastdce.run.evaluation import Evaluation
from breastdce.segment.bundle import Origin
from breastdce.segment.evaluation import ALL, Line, ScoredCase
from breastdce.segment.summary import Case, limits_of_agreement

ORIGINS: Mapping[Origin, str] = {
    "out_of_fold": "by models that have seen nobody of them",
    "in_sample": "mind: by models that have learned from these patients; the scores flatter them",
    "unknown": "nothing says whether the model has learned from these patients",
}


def evaluation_page(found: Evaluation, files: Sequence[str]) -> EvaluationPage:
    """Collect what the page needs; of the sources only the last name is shown."""
    known = [case for case in found.cases if not case.scores.both_empty]
    return EvaluationPage(
        prediction=Path(found.prediction).name,
        reference=Path(found.reference).name,
        origin=ORIGINS[found.origin],
        both_empty=len(found.cases) - len(known),
        cases=tuple(
            CaseView(
                exam=case.exam,
                dice=case.scores.dice,
                hd95_mm=case.scores.hd95_mm,
                volume_ml=case.scores.volume_ml,
                reference_ml=case.scores.reference_ml,
                groups=dict(case.groups),
            )
            for case in known
        ),
        volumes=_volumes(known) if known else None,
        figures=tuple(_figure(line) for line in found.lines if line.group == ALL),
        files=tuple(files),
    )


def _volumes(cases: Sequence[ScoredCase]) -> VolumesView:
    found = limits_of_agreement(
        [Case(case.participant, case.scores.volume_error_ml) for case in cases]
    )
    return VolumesView(mean=found.mean, low=found.low, high=found.high, reason=found.reason)


def _figure(line: Line) -> FigureView:
    summary = line.summary
    return FigureView(
        name=line.metric.long_name,
        unit=line.metric.units or "",
        n=summary.n,
        mean=summary.mean,
        low=summary.mean_low,
        high=summary.mean_high,
        median=summary.median,
        q1=summary.q1,
        q3=summary.q3,
        infinite=summary.infinite,
        interval_reason=summary.interval_reason,
    )
