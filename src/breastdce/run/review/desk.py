"""What the methods of the room are made of; each is called inside a transaction of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.exam import ExamId
from breastdce.core.volume import Mask
from breastdce.review.delta import Edit
from breastdce.review.revision import Comment, Event, EventKind, Reader, Revision, Role, Seconds
from breastdce.review.worklist import Standing
from breastdce.run.review.accept import settle_exam
from breastdce.run.review.case_images import CaseImages
from breastdce.run.review.case_view import CaseTable
from breastdce.run.review.consensus import TOGETHER
from breastdce.run.review.drafts import Draft, Drafts, Head
from breastdce.run.review.ledger import Ledger, unknown
from breastdce.run.review.mask_files import MaskFiles
from breastdce.run.review.surface_files import SurfaceFiles

START = "start"
_EMPTY, _REVISION = "empty", "revision:"
_BEST_START = ("stv-auto", "stv-candidate", "ftv")
"""What a reader who has signed nothing starts from: the first that there is."""
Detail = dict[str, str | int]


class Words(msgspec.Struct, frozen=True):
    """What is said with a signature."""

    tool: str
    comment: Comment
    seconds: Seconds

    @classmethod
    def checked(cls, tool: str, comment: str, seconds: float) -> Words:
        """Before anything is done; InputError(CALL_INVALID) for what is out of bounds."""
        given = {"tool": tool, "comment": comment, "seconds": seconds}
        try:
            return msgspec.convert(given, cls)
        except msgspec.ValidationError as error:
            raise InputError(ErrorCode.CALL_INVALID, evidence={"why": str(error)}) from error


class Desk:
    """Rows, drafts and masks of a ledger, kept in step.

    Parameters
    ----------
    out
        Folder of the data set.
    table
        Its exams.
    ledger
        Where rows go.
    now
        Time of a row: UTC, ISO 8601.
    """

    def __init__(self, out: Path, table: CaseTable, ledger: Ledger, now: Callable[[], str]) -> None:
        self._out, self._table, self._ledger, self._now = out, table, ledger, now
        self.masks, self._surfaces = MaskFiles(out), SurfaceFiles(out)
        self.drafts = Drafts(ledger, self.masks)

    def tidy(self) -> None:
        """Clear what a killed program left, and finish what it had begun."""
        register = self._ledger.register()
        self.masks.sweep(register.masks() | self.drafts.parents())
        self._surfaces.sweep(register.surfaces())
        for name, standing in register.exams.items():
            settle_exam(self._out, ExamId.parse(name), standing)

    def standing(self, exam: ExamId) -> Standing:
        """What the ledger says of an exam."""
        return self._ledger.register().standing(str(exam))

    def images(self, exam: ExamId) -> CaseImages:
        """Images of an exam; InputError(UNKNOWN_ENTRY) for one that is not in the data set."""
        self._table.check(exam)
        return CaseImages(self._out, exam)

    def mask(self, exam: ExamId, name: str, reader: Reader) -> Mask:
        """A mask by name; InputError(UNKNOWN_ENTRY) also for one that may not be seen."""
        images = self.images(exam)
        if name == _EMPTY:
            return images.empty()
        if name in TOGETHER and self.has_consensus(exam, reader):
            read = self._ledger.register().readings(str(exam))
            masks = [Mask(self.masks.get(exam, one.mask), images.grid) for one in read]
            return TOGETHER[name](masks)
        if not name.startswith(_REVISION):
            return images.mask(name)
        seen = self.standing(exam).seen_by(reader)
        found = next((one for one in seen if revision_name(one.number) == name), None)
        if found is None:
            raise unknown("mask", name)
        return Mask(self.masks.get(exam, found.mask), images.grid)

    def has_consensus(self, exam: ExamId, reader: Reader) -> bool:
        """Whether somebody may see what several readers say together, and several have signed."""
        return reader.sees_all and len(self._ledger.register().readings(str(exam))) > 1

    def start(self, exam: ExamId, reader: Reader) -> str:
        """Name of the mask that a new draft begins from when nothing is said."""
        own = self.standing(exam).of(reader.name)
        if own:
            return revision_name(own[-1].number)
        there = self.images(exam).mask_names()
        return next((name for name in _BEST_START if name in there), _EMPTY)

    def begin(self, exam: ExamId, reader: Reader, start: str | None) -> Draft:
        """Open a draft; InputError(REVIEW_STATE) when the reader's revision is accepted."""
        accepted = self.standing(exam).accepted
        if accepted is not None and accepted.revision.reader == reader.name:
            raise wrong_state("The revision is accepted", exam, number=accepted.revision.number)
        name = self.start(exam, reader) if start in (None, START) else str(start)
        parent = self.masks.put(exam, self.mask(exam, name, reader))
        self.drafts.begin(exam, reader.name, name, parent)
        self.tell(EventKind.OPENED, str(exam), reader, {"start": name, "parent": parent})
        draft = self.drafts.find(exam, reader.name)
        assert draft is not None  # noqa: S101 - it was just begun
        return draft

    def draft(self, exam: ExamId, reader: Reader, head: Head) -> Draft:
        """The open draft at `head`: InputError(STALE) when it is elsewhere."""
        self.drafts.check(exam, reader.name, head)
        draft = self.drafts.find(exam, reader.name)
        assert draft is not None  # noqa: S101 - it was just checked
        return draft

    def sign(
        self,
        exam: ExamId,
        reader: Reader,
        parent: str,
        mask: Mask,
        edit: Edit,
        words: Words,
    ) -> Revision:
        """File a mask and its map and add their row, and close the reader's draft."""
        revision = Revision(
            exam=str(exam),
            number=len(self.standing(exam).revisions) + 1,
            reader=reader.name,
            created=self._now(),
            parent=parent,
            mask=self.masks.put(exam, mask),  # files first: no row is without them
            surface=self._surfaces.put(exam, edit.surface, mask.grid),
            tool=words.tool,
            comment=words.comment,
            seconds=words.seconds,
            delta=edit.delta,
        )
        self.drafts.close(exam, reader.name)
        return self._ledger.add(revision)

    def tell(self, kind: EventKind, exam: str, by: Reader, detail: Detail) -> None:
        """Add the row of an event."""
        self._ledger.add(
            Event(kind=kind, exam=exam, reader=by.name, created=self._now(), detail=detail)
        )

    def settle(self, exam: ExamId) -> None:
        """Bring the expert mask to what the ledger says; see `settle_exam`."""
        settle_exam(self._out, exam, self.standing(exam))


def revision_name(number: int) -> str:
    """Name of a revision's mask."""
    return f"{_REVISION}{number}"


def wrong_state(message: str, exam: ExamId, **evidence: object) -> InputError:
    """The error for what cannot be done as things stand."""
    return InputError(ErrorCode.REVIEW_STATE, message, evidence={"exam": str(exam), **evidence})


def check_decides(by: Reader) -> None:
    """Refuse somebody who may not see the work of others: InputError(ROLE_MISSING)."""
    if not by.decides:
        raise _role_missing(by, Role.ADJUDICATOR)


def check_admin(by: Reader) -> None:
    """Refuse somebody who may not give roles: InputError(ROLE_MISSING)."""
    if by.role is not Role.ADMIN:
        raise _role_missing(by, Role.ADMIN)


def _role_missing(by: Reader, needed: Role) -> InputError:
    evidence = {"role": by.role.value, "needed": needed.value}
    return InputError(ErrorCode.ROLE_MISSING, evidence=evidence)
