"""The room in which readers revise masks: what the browser, the command line and tests call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from msgspec import structs

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.exam import ExamId
from breastdce.core.volume import Mask
from breastdce.review.changes import Change, between
from breastdce.review.delta import EditDelta, SurfaceMap, compare, delta, surface_map
from breastdce.review.revision import CONSENSUS, EventKind, Reader, Revision, Role
from breastdce.run.review.consensus import TOGETHER
from breastdce.run.review.desk import Words, check_admin, check_decides, wrong_state
from breastdce.run.review.drafts import Draft, Head
from breastdce.run.review.ledger import unknown
from breastdce.run.review.reading_room import Bools, ReadingRoom
from breastdce.run.review.tools import use_tool


class ToolAnswer(NamedTuple):
    """What a tool has changed; it is in the draft already."""

    change: Change
    sequence: int


class ReviewRoom(ReadingRoom):
    """The revisions of a data set; safe for threads, and beside other programs.

    Every method is one transaction of the ledger. Readers see no work of others: the revision or
    the draft of somebody else is as unknown to them as one that does not exist.

    Parameters
    ----------
    out
        Folder of a finished data set; `out/review` is made when it is not there.
    now
        Time of a row: UTC, ISO 8601.

    Raises
    ------
    InputError
        TABLE_INVALID when `out` is no data set.
    StoreError
        LEDGER_BROKEN, OUTPUT_UNWRITABLE.
    """

    def set_role(self, name: str, role: Role, by: Reader) -> None:
        """Give somebody a role: InputError(ROLE_MISSING) for who is no admin."""
        check_admin(by)
        with self._ledger.transaction():
            self._desk.tell(EventKind.ROLE, "", by, {"name": name, "role": role.value})

    # Unsigned work

    def open_draft(self, exam: ExamId, reader: Reader, start: str | None = None) -> Draft:
        """The reader's open draft of an exam, or a new one.

        Parameters
        ----------
        start
            Name of the mask to begin from: one of the case's `masks`, or `empty`. When left out,
            an open draft is given as it is; a new one begins from the reader's last revision, else
            from stv-auto, stv-candidate or ftv, whichever is there, else from nothing.

        Raises
        ------
        InputError
            REVIEW_STATE when the reader's revision is the accepted one, or when another start is
            asked for and there are changes; UNKNOWN_ENTRY.
        """
        self._table.check(exam)
        with self._ledger.transaction():
            draft = self._desk.drafts.find(exam, reader.name)
            if draft is not None and start is not None and start != draft.start:
                if draft.changes:
                    raise wrong_state("A draft with changes is open", exam, changes=draft.changes)
                self._desk.drafts.close(exam, reader.name)
                draft = None
            return _copy(draft if draft is not None else self._desk.begin(exam, reader, start))

    def append(
        self, exam: ExamId, reader: Reader, parent: str, sequence: int, change: Change
    ) -> int:
        """Save a change of the open draft; the new number of changes.

        Raises
        ------
        InputError
            STALE when the draft is not at `parent` and `sequence`: another window was faster, and
            the evidence says where it is; CHANGE_INVALID when the change is not of its mask.
        """
        with self._ledger.transaction():
            return self._desk.drafts.append(exam, reader.name, Head(parent, sequence), change)

    def tool(
        self,
        exam: ExamId,
        reader: Reader,
        name: str,
        params: Mapping[str, object],
        parent: str,
        sequence: int,
    ) -> ToolAnswer:
        """Let a tool change the open draft; errors as `append` and `use_tool`."""
        images = self._desk.images(exam)
        draft = self._copy_at(exam, reader, Head(parent, sequence))
        mask = use_tool(name, params, Mask(draft.mask, images.grid), images)
        change = between(draft.mask, mask.data)
        return ToolAnswer(change, self.append(exam, reader, parent, sequence, change))

    def delta(self, exam: ExamId, reader: Reader) -> EditDelta:
        """What the open draft has changed so far; InputError(REVIEW_STATE) where there is none."""
        return delta(*self._edited(exam, reader), seconds=0.0)

    def surface(self, exam: ExamId, reader: Reader) -> SurfaceMap:
        """How far the open draft has moved the surface; errors as `delta`."""
        return surface_map(*self._edited(exam, reader))

    def discard(self, exam: ExamId, reader: Reader, parent: str, sequence: int) -> None:
        """Throw the open draft away; errors as `append`."""
        with self._ledger.transaction():
            self._desk.drafts.check(exam, reader.name, Head(parent, sequence))
            self._desk.drafts.close(exam, reader.name)
            self._desk.tell(EventKind.DISCARDED, str(exam), reader, {"changes": sequence})

    # What is signed

    def sign(
        self,
        exam: ExamId,
        reader: Reader,
        parent: str,
        sequence: int,
        comment: str,
        seconds: float,
    ) -> Revision:
        """Make a revision of the open draft; errors as `append`, and CALL_INVALID."""
        words = Words.checked("browser", comment, seconds)
        draft = self._copy_at(exam, reader, Head(parent, sequence))
        mask = Mask(draft.mask, self._desk.images(exam).grid)
        if draft.start in TOGETHER:
            words = structs.replace(words, tool=CONSENSUS)
        return self._sign(exam, reader, draft.head, mask, words)

    def import_mask(
        self,
        exam: ExamId,
        reader: Reader,
        mask: Bools,
        tool: str,
        comment: str,
        seconds: float = 0.0,
        *,
        parent: str | None = None,
    ) -> Revision:
        """Make a revision of a mask that was drawn elsewhere, on the exam's grid.

        Its parent is the mask that a new draft would begin from.

        Parameters
        ----------
        parent
            Digest of the mask that it was drawn on; None where nobody knows.

        Raises
        ------
        InputError
            GRID_MISMATCH for another shape; STALE when its parent would be another than `parent`;
            REVIEW_STATE when a draft with changes is open, or the reader's revision is the accepted
            one; CALL_INVALID.
        """
        self._table.check(exam)
        words = Words.checked(tool, comment, seconds)
        new = Mask(np.asfortranarray(mask), self._desk.images(exam).grid)
        with self._ledger.transaction():
            draft = self._desk.drafts.find(exam, reader.name)
            if draft is not None and draft.changes:
                raise wrong_state("A draft with changes is open", exam, changes=draft.changes)
            head = (draft or self._desk.begin(exam, reader, None)).head
            if parent not in (None, head.parent):
                raise InputError(
                    ErrorCode.STALE, evidence={"exam": str(exam), "parent": head.parent}
                )
        return self._sign(exam, reader, head, new, words)

    def accept(self, exam: ExamId, number: int, by: Reader) -> Revision:
        """Make a revision the exam's mask: the expert mask, which the next run takes up.

        Raises
        ------
        InputError
            ROLE_MISSING; UNKNOWN_ENTRY when there is no such revision.
        """
        check_decides(by)
        with self._ledger.transaction():
            revision = self._desk.standing(exam).number(number)
            if revision is None:
                raise unknown("revision", number)
            detail: dict[str, str | int] = {"number": number, "mask": revision.mask}
            self._desk.tell(EventKind.ACCEPTED, str(exam), by, detail)
        self._settle(exam)
        return revision

    def send_back(self, exam: ExamId, name: str, by: Reader, comment: str) -> None:
        """Ask a reader to do an exam again; an acceptance of that reader's work ends.

        Raises
        ------
        InputError
            ROLE_MISSING; REVIEW_STATE when the reader has signed nothing.
        """
        check_decides(by)
        with self._ledger.transaction():
            if not self._desk.standing(exam).of(name):
                raise wrong_state("The reader has signed nothing", exam, reader=name)
            self._desk.tell(EventKind.SENT_BACK, str(exam), by, {"name": name, "comment": comment})
        self._settle(exam)

    def assign(self, exam: ExamId, name: str, by: Reader) -> None:
        """Give an exam to a reader; nothing happens when it is the reader's already."""
        check_decides(by)
        self._table.check(exam)
        with self._ledger.transaction():
            if name not in self._desk.standing(exam).assigned:
                self._desk.tell(EventKind.ASSIGNED, str(exam), by, {"name": name})

    def _copy_at(self, exam: ExamId, reader: Reader, head: Head) -> Draft:
        """The draft at `head`, to be worked on while others go on."""
        self._table.check(exam)
        with self._ledger.reading():
            return _copy(self._desk.draft(exam, reader, head))

    def _edited(self, exam: ExamId, reader: Reader) -> tuple[Mask, Mask]:
        """What the open draft began from, and what it is."""
        grid = self._desk.images(exam).grid
        with self._ledger.reading():
            found = self._desk.drafts.find(exam, reader.name)
            if found is None:
                raise wrong_state("No draft is open", exam)
            draft = _copy(found)
        return Mask(self._desk.masks.get(exam, draft.parent), grid), Mask(draft.mask, grid)

    def _sign(self, exam: ExamId, reader: Reader, head: Head, mask: Mask, words: Words) -> Revision:
        """Compare with the parent first, which takes longest and needs no lock."""
        parent = Mask(self._desk.masks.get(exam, head.parent), mask.grid)
        edit = compare(parent, mask, words.seconds)
        with self._ledger.transaction():
            self._desk.drafts.check(exam, reader.name, head)
            return self._desk.sign(exam, reader, head.parent, mask, edit, words)

    def _settle(self, exam: ExamId) -> None:
        """After the row is written: a killed program leaves it to the next start, or run."""
        with self._ledger.transaction():
            self._desk.settle(exam)


def _copy(draft: Draft) -> Draft:
    """A draft whose mask does not change under its holder."""
    return replace(draft, mask=draft.mask.copy(order="F"))
