"""Names for what was found, and a row for everything that is not used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from breastdce.core.codes import ExamCode, FileCode
from breastdce.core.exam import ExamId
from breastdce.dataset.rows import ExclusionRow, Level, published_modality
from breastdce.ingest.dates import shifted_day
from breastdce.ingest.identity import (
    Found,
    NamedExam,
    Naming,
    assign_pseudonyms,
    clean,
    name_exams,
    needs_pseudonym,
    person,
)
from breastdce.ingest.records import ExamNote, ExamSource, SeriesNote
from breastdce.run.private_map import (
    PrivateMap,
    alone_with,
    read_private_map,
    write_private_map,
)
from breastdce.run.survey import Survey


@dataclass(frozen=True, slots=True)
class Named:
    """Exams to do, by name, and rows for the rest."""

    exams: tuple[tuple[ExamId, ExamSource], ...]
    rows: tuple[ExclusionRow, ...]
    """Files, series and exams that are not used."""
    days: Mapping[ExamId, int] = field(default_factory=dict)
    """Shifted study dates as ordinals; none where dates are dropped."""
    studies: Mapping[ExamId, tuple[str, str]] = field(default_factory=dict)
    """PatientID and study UID of every exam that was found, used or not; never published."""

    def series_rows(self, exam: ExamId) -> tuple[ExclusionRow, ...]:
        """Rows of the series found beside an exam's own."""
        key = (exam.participant, exam.visit)
        return tuple(
            row
            for row in self.rows
            if row.level is Level.SERIES and (row.participant, row.visit) == key
        )


def name_survey(
    found: Survey,
    *,
    keep_ids: bool,
    pseudonyms: Path,
    write: bool,
    shift_dates: bool = False,
    visits: Mapping[tuple[str, str], str] = MappingProxyType({}),
) -> Named:
    """Name every exam of a survey.

    Parameters
    ----------
    keep_ids
        Call participants by PatientID even where the header does not say that it was replaced.
    pseudonyms
        TSV file with who is who; it is completed when `write` is true and someone new needs a name
        or a shift.
    shift_dates
        Give exams their study date, shifted by the patient's secret number of days.
    visits
        PatientID and study UID to T0 to T3, where a cohort's rule gives the visit.

    Raises
    ------
    CallError
        CALL_INVALID when the file of pseudonyms cannot be read.
    """
    findings = found.findings
    everyone: list[Found] = [*findings.exams, *findings.exam_notes]
    hidden = {person(item) for item in everyone if needs_pseudonym(item, keep_ids=keep_ids)}
    taken = {clean(item.patient_id) for item in everyone if person(item) not in hidden}
    dated = {person(item) for item in findings.exams} if shift_dates else set()
    with alone_with(pseudonyms) if write else nullcontext():
        known = read_private_map(pseudonyms)
        names = assign_pseudonyms(hidden, known.participants, taken)
        complete = PrivateMap(names, known.shift_days).with_shifts(dated)
        if write and complete != known:
            write_private_map(pseudonyms, complete)
    naming = name_exams(everyone, keep_ids=keep_ids, pseudonyms=names, visits=visits)
    rows = [*_file_rows(found), *_series_rows(findings.series_notes, naming), *_exam_rows(naming)]
    exams = [(n.exam, n.found) for n in naming.named if isinstance(n.found, ExamSource)]
    days = _days(exams, complete) if shift_dates else {}
    studies = {n.exam: (n.found.patient_id, n.found.study_uid) for n in naming.named}
    return Named(tuple(exams), tuple(rows), days, studies)


def _days(exams: Sequence[tuple[ExamId, ExamSource]], known: PrivateMap) -> dict[ExamId, int]:
    days = {
        exam: shifted_day(source.study_date, known.shift_days[person(source)])
        for exam, source in exams
    }
    return {exam: day for exam, day in days.items() if day is not None}


def _file_rows(found: Survey) -> Iterator[ExclusionRow]:
    """One row per code for files that belong to no study; names of files may name patients."""
    facts = [(r, r.header or r.other) for r in found.records]  # a copy keeps its header
    loose = [r for r, told in facts if told is None or not told.study_uid]
    counts = Counter(r.code for r in loose if r.code is not FileCode.OK)
    for code, count in sorted(counts.items()):
        yield ExclusionRow(
            level=Level.FILE,
            participant=None,
            visit=None,
            series_number=None,
            modality=None,
            n_files=count,
            code=code,
        )


def _series_rows(notes: Sequence[SeriesNote], naming: Naming) -> Iterator[ExclusionRow]:
    exams: dict[tuple[str, str], NamedExam] = {}
    for named in (*naming.named, *naming.collided):
        exams.setdefault((named.found.patient_id, named.found.study_uid), named)
    for note in notes:
        owner = exams.get((note.patient_id, note.study_uid))
        yield ExclusionRow(
            level=Level.SERIES,
            participant=owner.exam.participant if owner else None,
            visit=owner.exam.visit if owner else None,
            series_number=note.series_number,
            modality=published_modality(note.modality),
            n_files=note.n_images,
            code=note.code,
            evidence=note.evidence,
        )


def _exam_rows(naming: Naming) -> Iterator[ExclusionRow]:
    for named in naming.named:
        if isinstance(named.found, ExamNote):
            yield exam_row(named.exam, named.found.code, named.found.evidence)
    for _ in naming.collided:
        # The shared name is what must not be used, so the row cannot carry it either.
        yield exam_row(None, ExamCode.ID_COLLISION, "two patient ids give one participant name")


def exam_name(row: ExclusionRow) -> str:
    """Name of the exam that a row is about, as --exam takes it; empty where it has none."""
    return str(ExamId(row.participant, row.visit)) if row.participant and row.visit else ""


def exam_row(exam: ExamId | None, code: ExamCode, evidence: str) -> ExclusionRow:
    """Row of an exam that is not in the data set."""
    return ExclusionRow(
        level=Level.EXAM,
        participant=exam.participant if exam else None,
        visit=exam.visit if exam else None,
        series_number=None,
        modality=None,
        n_files=0,
        code=code,
        evidence=evidence,
    )
