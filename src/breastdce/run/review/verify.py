"""Check the ledger of revisions: its chain, its masks, and the expert masks of the data set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from breastdce.core.errors import BreastDceError, InputError
from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName
from breastdce.dataset.problem import Problem, Promise, problem
from breastdce.dataset.provenance import read_provenance
from breastdce.formats.nifti import read_grid
from breastdce.review.chain import faults
from breastdce.review.worklist import Register, Standing
from breastdce.run.review.ledger import LedgerContent, read_ledger, register_of
from breastdce.run.review.mask_files import MaskFiles
from breastdce.run.review.named_files import file_digest
from breastdce.run.review.surface_files import SurfaceFiles

_ENDING = ".nii.gz"
_RUN_AGAIN = "Run `breastdce run DICOM OUT` again: masks, features and report follow the ledger."
_BESIDE = ("-wal", "-shm")  # what SQLite keeps beside a file that is open


@dataclass(frozen=True, slots=True)
class _Ledger:
    """A ledger that could be read."""

    root: Path
    content: LedgerContent
    register: Register

    def problem(
        self, path: Path, what: str, evidence: object, *, remedy: str | None = None
    ) -> Problem:
        return problem(self.root, path, Promise.REVIEW, what, evidence, remedy=remedy)


def check_review(root: Path) -> Iterator[Problem]:
    """Compare the ledger of a data set with itself, with its masks and with the expert masks.

    Nothing is said of a data set without a ledger, and nothing is written.
    """
    if not layout.review(root).exists():
        return
    path = layout.review_ledger(root)
    if not path.exists():
        what = "there is a folder of revisions, but not their ledger"
        yield problem(root, layout.review(root), Promise.REVIEW, what, path.name)
        return
    try:
        content = read_ledger(path)
        ledger = _Ledger(root, content, register_of(content))
    except BreastDceError as error:
        why = error.evidence.get("why")
        yield problem(root, path, Promise.REVIEW, "the ledger cannot be read", why)
        return
    yield from _check_chain(ledger)
    yield from _check_files(ledger)
    for name, standing in sorted(ledger.register.exams.items()):
        yield from _check_exam(ledger, ExamId.parse(name), standing)


def _check_chain(ledger: _Ledger) -> Iterator[Problem]:
    path = layout.review_ledger(ledger.root)
    for fault in faults(ledger.content.rows, ledger.content.last_number):
        yield ledger.problem(path, fault.what, f"row {fault.number}" if fault.number else "end")


def _check_files(ledger: _Ledger) -> Iterator[Problem]:
    """Every file that is named is there and whole, and there is nothing else."""
    root, register = ledger.root, ledger.register
    kinds = (
        (MaskFiles(root), register.masks() | ledger.content.draft_masks),
        (SurfaceFiles(root), register.surfaces()),
    )
    named = {
        files.path(ExamId.parse(exam), digest): digest
        for files, contents in kinds
        for exam, digest in contents
    }
    for path, digest in sorted(named.items()):
        if not path.exists():
            yield ledger.problem(path, "a file that the ledger names is missing", "no file")
            continue
        seen = _digest(path)
        if seen != digest:
            what = "a file of the ledger is not the one that was written"
            yield ledger.problem(path, what, f"BLAKE2b {seen[:16]}")
    database = layout.review_ledger(root)
    beside = {database.with_name(database.name + ending) for ending in _BESIDE}
    known = {database, layout.review_readers(root), *beside, *named}
    present = {path for path in layout.review(root).rglob("*") if not path.is_dir()}
    for path in sorted(present - known):
        yield ledger.problem(path, "the ledger knows no such file", path.name)


def _check_exam(ledger: _Ledger, exam: ExamId, standing: Standing) -> Iterator[Problem]:
    root = ledger.root
    if not layout.exam_folder(root, exam).is_dir():
        return  # it may have left the data set; what people did stays
    path = layout.mask(root, exam, MaskName.STV_EXPERT)
    wanted = standing.accepted.revision.mask if standing.accepted else None
    seen = _digest(path) if path.exists() else None
    if wanted is not None and seen is None:
        what = "the accepted revision is not in the data set as the expert's mask"
        yield ledger.problem(path, what, "no file", remedy=_RUN_AGAIN)
    elif seen != wanted:
        what = "the expert's mask is not the accepted revision"
        yield ledger.problem(path, what, f"BLAKE2b {str(seen)[:16]}", remedy=_RUN_AGAIN)
    elif wanted is not None and not _on_the_images(root, exam, path):
        what = "the expert's mask is on another grid than the images"
        yield ledger.problem(path, what, "revise the exam again")
    yield from _check_taken_up(ledger, exam, standing)


def _check_taken_up(ledger: _Ledger, exam: ExamId, standing: Standing) -> Iterator[Problem]:
    """The features are of the accepted revision, and its row is still in the ledger."""
    path = layout.provenance(ledger.root, exam)
    taken = _taken_up(path)
    wanted = standing.accepted.link if standing.accepted else None
    if taken is not None and taken not in {row.link for row in ledger.content.rows}:
        what = "the ledger has lost the row by which the exam's mask was accepted"
        yield ledger.problem(path, what, f"link {taken[:16]}")
    elif taken != wanted:
        what = "features and report are not of what the ledger says now"
        yield ledger.problem(path, what, f"link {str(taken)[:16]}", remedy=_RUN_AGAIN)


class _Reports(msgspec.Struct):
    reports: dict[str, Any] = {}


def _taken_up(path: Path) -> str | None:
    """Link of the acceptance that an exam's provenance names."""
    try:
        measurements = msgspec.convert(read_provenance(path).measurements, _Reports)
    except (InputError, msgspec.ValidationError):
        return None  # said by the checks of provenance
    revision = measurements.reports.get("revision")
    return str(revision.get("link")) if isinstance(revision, dict) else None


def _digest(path: Path) -> str:
    try:
        return file_digest(path)
    except InputError as error:
        return str(error.evidence.get("why"))


def _on_the_images(root: Path, exam: ExamId, path: Path) -> bool:
    try:
        return read_grid(path).matches(read_grid(layout.image(root, exam, 0)))
    except InputError:
        return False
