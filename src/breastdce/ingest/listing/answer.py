"""The answer for one study of a list: which series, how sure, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from breastdce.core.codes import CaveatCode, ExamCode
from breastdce.ingest.listing.facts import SeriesFacts, StudyFacts
from breastdce.ingest.listing.rank import Ranked, Ranking, rank
from breastdce.ingest.visits import Dated, Visit, name_visits

CLOSE = 2.0
"""A lead of fewer points is a close call."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One exam of a table of exams; for the user's own eyes, as it names patient and study."""

    patient_id: str
    study_uid: str
    dce_series_uid: str | None
    """The series that holds the pre-contrast phase; None where nothing could be one."""
    n_phases: int | None
    score: float | None
    """Points of the choice; None where geometry alone decided."""
    runner_up: str | None
    """Series UID of the next best that begins elsewhere."""
    reason: ExamCode | None
    """None for an exam that can be used."""
    visit: str
    study_date: str | None
    manufacturer: str
    model: str
    field_strength_t: float | None = None
    laterality: str = ""
    layout: str = ""
    phase_series_uids: tuple[str, ...] = ()
    caveats: tuple[CaveatCode, ...] = ()
    evidence: tuple[str, ...] = ()


def answer_list(studies: Sequence[StudyFacts]) -> tuple[Answer, ...]:
    """Find the dynamic of every study that has MR images, in order of patient and date."""
    visits = visits_of(studies)
    found = [
        _answer(rank(study), visits[study.patient_id, study.uid])
        for study in studies
        if study.has_images
    ]
    return tuple(sorted(found, key=lambda a: (a.patient_id, a.study_date or "", a.study_uid)))


def visits_of(studies: Iterable[StudyFacts]) -> dict[tuple[str, str], Visit]:
    """Name the visits of the studies with MR images."""
    return name_visits(
        Dated(
            patient_id=study.patient_id,
            study_uid=study.uid,
            date=study.date,
            trial_words=study.visit_words,
            description=study.description,
        )
        for study in studies
        if study.has_images
    )


def _answer(ranking: Ranking, visit: Visit) -> Answer:
    study, best, second = ranking.study, ranking.best, ranking.runner_up
    shown = best.run.first if best else next(s for s in study.series if s.modality == "MR")
    run = best.run if best and ranking.code is not ExamCode.NO_DCE else None
    return Answer(
        patient_id=study.patient_id,
        study_uid=study.uid,
        dce_series_uid=run.first.uid if run else None,
        n_phases=run.n_phases if run else None,
        score=best.score if best else None,
        runner_up=second.run.first.uid if second else None,
        reason=ranking.code,
        visit=visit.name,
        study_date=study.date,
        manufacturer=shown.manufacturer,
        model=shown.model,
        laterality=run.members[0].words.side if run else "",
        layout=str(run.layout) if run else "",
        phase_series_uids=tuple(i.facts.uid for i in run.members) if run else (),
        caveats=tuple(_caveats(best, second)),
        evidence=(*why(ranking), f"visit {visit.name} by {visit.basis}"),
    )


def why(ranking: Ranking) -> Iterator[str]:
    """Explain a choice in sentences with its points."""
    best, second = ranking.best, ranking.runner_up
    if best is None:
        yield f"none of {len(ranking.study.series)} series could be a dynamic"
        return
    yield f"chosen: {_words(best)}"
    yield f"runner-up: {_words(second)}" if second else "no runner-up"


def _words(ranked: Ranked) -> str:
    run = ranked.run
    numbers = ", ".join(_name(item.facts) for item in run.members)
    points = ", ".join(f"{name} {given:+g}" for name, given in ranked.points)
    split = f"{run.n_phases} x {run.slices} images"
    return f"series {numbers}; {split}; {ranked.score:g} points ({points})"


def _name(series: SeriesFacts) -> str:
    return "n/a" if series.number is None else str(series.number)


def _caveats(best: Ranked | None, second: Ranked | None) -> Iterator[CaveatCode]:
    if best is None or second is None or best.score - second.score >= CLOSE:
        return
    sides = {best.run.members[0].words.side, second.run.members[0].words.side}
    yield CaveatCode.SIDES_SEPARATE if sides == {"L", "R"} else CaveatCode.CLOSE_CALL
