"""The table of exams that `scan` writes: one row each, found or not, with the reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from breastdce.core.codes import ExamCode
from breastdce.dataset.dictionary import FIELD_STRENGTH
from breastdce.formats.series_index import read_series_index
from breastdce.formats.tables import Cell, Column, write_tsv
from breastdce.ingest.listing.answer import Answer, answer_list, visits_of
from breastdce.ingest.listing.facts import StudyFacts, studies_of_index, studies_of_records
from breastdce.ingest.listing.rank import Ranking, rank
from breastdce.ingest.records import ExamNote, ExamSource
from breastdce.ingest.sidecar import field_strength_t

if TYPE_CHECKING:
    from breastdce.run.survey import Survey  # loads pydicom, which an index does not need

OK = "OK"
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


COLUMNS = (
    Column(name="patient_id", long_name="Patient", description="PatientID as the source has it."),
    Column(name="study_uid", long_name="Study", description="StudyInstanceUID."),
    Column(
        name="dce_series_uid",
        long_name="DCE series",
        description="The series that holds the pre-contrast phase.",
    ),
    Column(
        name="n_phases",
        long_name="Phases",
        description="Phases of the dynamic, over all its series.",
        kind="integer",
    ),
    Column(
        name="score",
        long_name="Points",
        description="Points of the choice by the list of series.",
        kind="number",
    ),
    Column(
        name="runner_up",
        long_name="Runner-up",
        description="The next best series that another choice begins with.",
    ),
    Column(
        name="reason_code", long_name="Reason", description="OK, or why the exam cannot be used."
    ),
    Column(
        name="visit",
        long_name="Visit",
        description="T0 to T3 where known, else the place in the order of days.",
    ),
    Column(name="study_date", long_name="Date", description="StudyDate, YYYYMMDD."),
    Column(name="manufacturer", long_name="Manufacturer", description="As the source has it."),
    Column(name="manufacturer_model", long_name="Model", description="As the source has it."),
    FIELD_STRENGTH,
    Column(
        name="laterality",
        long_name="Side",
        description="L or R where header or description name one side.",
    ),
    Column(name="layout", long_name="Layout", description="How the phases are spread over series."),
    Column(
        name="phase_series_uids",
        long_name="Phase series",
        description="All series of the dynamic, semicolon list.",
    ),
    Column(
        name="caveats", long_name="Caveats", description="Codes of what to mind, semicolon list."
    ),
    Column(name="evidence", long_name="Evidence", description="Why, with the points of each rule."),
)


def index_answers(path: Path) -> tuple[Answer, ...]:
    """Find the dynamic of every study of an index table; InputError when it cannot be read."""
    return answer_list(studies_of_index(read_series_index(path)))


def survey_answers(found: Survey) -> tuple[Answer, ...]:
    """Answer for every exam of a scanned tree: geometry has decided, the list gives its points."""
    studies = studies_of_records(found.records)
    visits = {key: visit.name for key, visit in visits_of(studies).items()}
    lists = {(study.patient_id, study.uid): study for study in studies}
    items: list[ExamSource | ExamNote] = [*found.findings.exams, *found.findings.exam_notes]
    answers = [
        _of_exam(item, rank(lists[key]), visits.get(key, ""))
        if isinstance(item, ExamSource)
        else _of_note(item, lists.get(key), visits.get(key, ""))
        for item in items
        for key in [(item.patient_id, item.study_uid)]
    ]
    return tuple(sorted(answers, key=lambda a: (a.patient_id, a.study_date or "", a.study_uid)))


def write_dce_table(path: Path, answers: Iterable[Answer]) -> None:
    """Write one row per exam.

    The table names patients and studies as the source does: it is the curator's own, not for
    sharing.
    """
    write_tsv(path, COLUMNS, (_row(answer) for answer in answers))


def _of_exam(exam: ExamSource, ranking: Ranking, visit: str) -> Answer:
    first = exam.phases[exam.phase_indices[0] if exam.phase_indices else 0]
    listed = ranking.of(first.series_uid)
    best = ranking.best
    second = best if best is not None and best is not listed else ranking.runner_up
    series = tuple(dict.fromkeys(phase.series_uid for phase in exam.phases))
    return Answer(
        patient_id=exam.patient_id,
        study_uid=exam.study_uid,
        dce_series_uid=first.series_uid,
        n_phases=len(exam.phases),
        score=listed.score if listed else None,
        runner_up=second.run.first.uid if second else None,
        reason=None,
        visit=visit,
        study_date=exam.study_date,
        manufacturer=first.header.manufacturer,
        model=first.header.model,
        field_strength_t=field_strength_t(first.header),
        laterality=exam.side or first.header.laterality,
        layout=_layout(len(series), len(exam.phases)),
        phase_series_uids=series,
        caveats=tuple(dict.fromkeys(caveat.code for caveat in exam.caveats)),
        evidence=exam.evidence,
    )


def _layout(series: int, phases: int) -> str:
    if series == 1:
        return "interleaved"
    return "one_series_per_phase" if series == phases else "mixed"


def _of_note(note: ExamNote, study: StudyFacts | None, visit: str) -> Answer:
    shown = next((s for s in study.series if s.modality == "MR"), None) if study else None
    return Answer(
        patient_id=note.patient_id,
        study_uid=note.study_uid,
        dce_series_uid=None,
        n_phases=None,
        score=None,
        runner_up=None,
        reason=note.code,
        visit=visit,
        study_date=note.study_date,
        manufacturer=shown.manufacturer if shown else "",
        model=shown.model if shown else "",
        evidence=(note.evidence or note.code.meaning,),
    )


def _row(answer: Answer) -> dict[str, Cell]:
    return {
        "patient_id": _text(answer.patient_id),
        "study_uid": _text(answer.study_uid),
        "dce_series_uid": _text(answer.dce_series_uid),
        "n_phases": answer.n_phases,
        "score": answer.score,
        "runner_up": _text(answer.runner_up),
        "reason_code": reason_code(answer.reason),
        "visit": _text(answer.visit),
        "study_date": _text(answer.study_date),
        "manufacturer": _text(answer.manufacturer),
        "manufacturer_model": _text(answer.model),
        "field_strength_t": answer.field_strength_t,
        "laterality": _text(answer.laterality),
        "layout": _text(answer.layout),
        "phase_series_uids": _text(";".join(answer.phase_series_uids)),
        "caveats": _text(";".join(code.value for code in answer.caveats)),
        "evidence": _text("; ".join(answer.evidence)),
    }


def reason_code(reason: ExamCode | None) -> str:
    """`OK`, or the code."""
    return OK if reason is None else reason.value


def _text(value: str | None) -> str | None:
    """One line; None where there is nothing to say."""
    return _UNPRINTABLE.sub(" ", value or "").strip() or None


def counts(answers: Iterable[Answer]) -> dict[str, int]:
    """How many exams have each reason, OK first."""
    return {OK: 0} | Counter(reason_code(answer.reason) for answer in answers)
