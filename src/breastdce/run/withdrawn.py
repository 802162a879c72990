"""Exams of earlier runs that are not in the data set any more: refused, renamed, or deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.dataset.provenance import InputNote, Provenance, read_exams
from breastdce.dataset.rows import ExclusionRow, Level
from breastdce.run.lock import locked
from breastdce.run.paths import WorkPaths
from breastdce.run.publish import withdraw_exam


def withdraw_refused(out: Path, rows: Iterable[ExclusionRow]) -> None:
    """Remove exams that were published before and are refused now, as `process_exam` does."""
    for row in rows:
        if row.level is Level.EXAM and row.participant and row.visit:
            _withdraw(out, ExamId(row.participant, row.visit))


def withdraw_renamed(out: Path, found: Collection[ExamId]) -> None:
    """Remove exams whose images are published under another name now.

    A visit is named by all that is known of the trial, and a patient by the map of pseudonyms, so
    names may change when exams are added or the map is lost. An exam is known by the content of its
    phases' files. Exams of which this run has found nothing stay.
    """
    names = set(map(str, found))
    if all(str(layout.exam_of(folder)) in names for folder in layout.exam_folders(out)):
        return  # as nearly always: no record has to be read
    records = read_exams(out)
    now = {_phases(record) for record in records if record.exam_id in names}
    for record in records:
        if record.exam_id not in names and _phases(record) in now:
            _withdraw(out, ExamId.parse(record.exam_id))


def withdraw_deleted(out: Path) -> None:
    """Remove the pages of exams whose folders somebody has deleted."""
    folders = {exam: layout.exam_folder(out, exam) for exam in layout.reported_exams(out)}
    for exam in [exam for exam, folder in folders.items() if not folder.exists()]:
        with locked(WorkPaths(out).lock(str(exam))):
            if not folders[exam].exists():  # another run may have made it again meanwhile
                withdraw_exam(out, exam)


def _phases(record: Provenance) -> tuple[InputNote, ...]:
    return tuple(note for note in record.inputs if note.role.startswith("phase-"))


def _withdraw(out: Path, exam: ExamId) -> None:
    if layout.exam_folder(out, exam).exists():
        with locked(WorkPaths(out).lock(str(exam))):
            withdraw_exam(out, exam)
