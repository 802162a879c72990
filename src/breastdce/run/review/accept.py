"""The accepted revision as the exam's expert mask, in the data set and for a run."""

from __future__ import annotations

from pathlib import Path

import msgspec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError, StoreError
from breastdce.core.exam import ExamId
from breastdce.core.volume import Mask
from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName
from breastdce.formats.atomic import write_bytes
from breastdce.formats.nifti import read_mask
from breastdce.review.worklist import Register, Standing
from breastdce.run.lock import locked
from breastdce.run.paths import WorkPaths
from breastdce.run.review.ledger import read_register
from breastdce.run.review.mask_files import MaskFiles
from breastdce.run.review.named_files import file_digest


class Revised(msgspec.Struct, frozen=True, kw_only=True):
    """Which revision is an exam's mask, without a name: it goes into the exam's provenance."""

    number: int
    mask: str
    """Digest of its content."""
    link: str
    """Of the ledger's row that accepts it, and so of everything that was written before."""


def accepted_revisions(out: Path) -> dict[str, Revised]:
    """The accepted revisions of a data set by exam, their masks whole; none without a ledger.

    Raises
    ------
    StoreError
        LEDGER_BROKEN.
    """
    found = {}
    for name, standing in _register(out).exams.items():
        if standing.accepted is not None:
            revision = standing.accepted.revision
            MaskFiles(out).get(ExamId.parse(name), revision.mask)
            found[name] = Revised(
                number=revision.number, mask=revision.mask, link=standing.accepted.link
            )
    return found


def read_revised(out: Path, exam: ExamId, revised: Revised) -> Mask:
    """The mask of an accepted revision; StoreError(LEDGER_BROKEN) when its file was changed."""
    path = MaskFiles(out).path(exam, revised.mask)
    if file_digest(path) != revised.mask:
        raise StoreError(ErrorCode.LEDGER_BROKEN, evidence={"file": path.name})
    return read_mask(path)


def settle(out: Path) -> None:
    """Bring the expert masks of a data set to what its ledger says; errors as the ledger's."""
    for name, standing in _register(out).exams.items():
        settle_exam(out, ExamId.parse(name), standing)


def settle_exam(out: Path, exam: ExamId, standing: Standing) -> bool:
    """Write the expert mask of an exam, or take it away; whether that could be done.

    It cannot while `breastdce run` works on the exam: then the next run does it. A mask that is no
    revision of the ledger is left alone.
    """
    if not layout.exam_folder(out, exam).is_dir():
        return False
    try:
        with locked(WorkPaths(out).lock(str(exam)), wait=False):
            _settle(out, exam, standing)
    except StoreError:
        return False
    return True


def _settle(out: Path, exam: ExamId, standing: Standing) -> None:
    path = layout.mask(out, exam, MaskName.STV_EXPERT)
    if standing.accepted is not None:
        source = MaskFiles(out).path(exam, standing.accepted.revision.mask)
        if source.exists() and not _same(path, source):
            write_bytes(path, source.read_bytes())
    elif path.exists() and _digest(path) in {one.mask for one in standing.revisions}:
        path.unlink()


def _same(one: Path, other: Path) -> bool:
    return one.exists() and one.read_bytes() == other.read_bytes()


def _digest(path: Path) -> str | None:
    try:
        return file_digest(path)
    except InputError:
        return None  # not a mask at all, and so none of the ledger's


def _register(out: Path) -> Register:
    ledger = layout.review_ledger(out)
    return read_register(ledger) if ledger.exists() else Register()
