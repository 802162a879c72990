"""Names for what was found, and a row for everything that is not used."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from breastdce.core.codes import ErrorCode, ExamCode, FileCode
from breastdce.core.errors import CallError
from breastdce.core.exam import ExamId, is_label
from breastdce.dataset.rows import ExclusionRow, Level
from breastdce.formats.atomic import write_bytes
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
from breastdce.run.survey import Survey

_HEADER = ("patient_id", "participant")


@dataclass(frozen=True, slots=True)
class Named:
    """Exams to do, by name, and rows for the rest."""

    exams: tuple[tuple[ExamId, ExamSource], ...]
    rows: tuple[ExclusionRow, ...]
    """Files, series and exams that are not used."""

    def series_rows(self, exam: ExamId) -> tuple[ExclusionRow, ...]:
        """Rows of the series found beside an exam's own."""
        key = (exam.participant, exam.visit)
        return tuple(
            row
            for row in self.rows
            if row.level is Level.SERIES and (row.participant, row.visit) == key
        )


def name_survey(found: Survey, *, keep_ids: bool, pseudonyms: Path, write: bool) -> Named:
    """Name every exam of a survey.

    Parameters
    ----------
    keep_ids
        Call participants by PatientID even where the header does not say that it was replaced.
    pseudonyms
        TSV file with who is who; it is completed when `write` is true and someone new needs a name.

    Raises
    ------
    CallError
        CALL_INVALID when the file of pseudonyms cannot be read.
    """
    findings = found.findings
    everyone: list[Found] = [*findings.exams, *findings.exam_notes]
    hidden = {person(item) for item in everyone if needs_pseudonym(item, keep_ids=keep_ids)}
    known = read_pseudonyms(pseudonyms)
    taken = {clean(item.patient_id) for item in everyone if person(item) not in hidden}
    names = assign_pseudonyms(hidden, known, taken)
    if write and names != known:
        write_pseudonyms(pseudonyms, names)
    naming = name_exams(everyone, keep_ids=keep_ids, pseudonyms=names)
    rows = [*_file_rows(found), *_series_rows(findings.series_notes, naming), *_exam_rows(naming)]
    exams = [(n.exam, n.found) for n in naming.named if isinstance(n.found, ExamSource)]
    return Named(tuple(exams), tuple(rows))


def read_pseudonyms(path: Path) -> dict[str, str]:
    """Read PatientID to participant; empty when there is no file yet."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            header, *pairs = [tuple(row) for row in csv.reader(file, "excel-tab")] or [_HEADER]
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unusable(path, str(error)) from error
    if header != _HEADER or any(len(pair) != 2 for pair in pairs):
        raise _unusable(path, f"not two columns under the header {' '.join(_HEADER)}")
    names = {pair[0]: pair[1] for pair in pairs}
    if len(names) != len(pairs) or len(set(names.values())) != len(pairs):
        raise _unusable(path, "a patient or a pseudonym stands there twice")
    if not all(map(is_label, names.values())):
        raise _unusable(path, "a pseudonym holds other characters than letters and digits")
    return names


def write_pseudonyms(path: Path, names: dict[str, str]) -> None:
    """Write the map for its owner's eyes only."""
    text = io.StringIO(newline="")
    csv.writer(text, "excel-tab", lineterminator="\n").writerows([_HEADER, *sorted(names.items())])
    write_bytes(path, text.getvalue().encode())
    path.chmod(0o600)


def _file_rows(found: Survey) -> Iterator[ExclusionRow]:
    """One row per code for files that belong to no series; names of files may name patients."""
    loose = [r for r in found.records if r.other is None or not r.other.series_uid]
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
            modality=note.modality,
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


def _unusable(path: Path, why: str) -> CallError:
    return CallError(
        ErrorCode.CALL_INVALID,
        "The file of pseudonyms cannot be used",
        evidence={"file": str(path), "why": why},
        remedy="Give the file of an earlier run, or another name to start a new one.",
    )
