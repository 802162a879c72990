"""Unsigned work: the mask that it began from and every change since, saved as they come."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.exam import ExamId
from breastdce.review.changes import Change, draw, read_change
from breastdce.run.review.ledger import Ledger
from breastdce.run.review.mask_files import MaskFiles

_HELD = 8  # masks in memory: some tens of MB each
Bools = NDArray[np.bool_]


class Head(NamedTuple):
    """How far a draft is: who does not know this may not change it."""

    parent: str
    """Digest of the mask that it began from."""
    sequence: int
    """Rises with every change and with every new draft of the reader, so that no head is twice."""


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """Unsigned work of a reader on an exam."""

    parent: str
    sequence: int
    start: str
    """Name of the mask that it began from."""
    changes: int
    """How many were made and not thrown away with a draft."""
    mask: Bools
    """As it is now, [i, j, k], Fortran order; not to be written to."""

    @property
    def head(self) -> Head:
        """How far it is."""
        return Head(self.parent, self.sequence)


class _Note(NamedTuple):
    head: Head
    start: str
    changes: int


class _Held(NamedTuple):
    head: Head
    undone: int
    """Transactions that had been undone by then: what one of them held is of no draft."""
    mask: Bools


class Drafts:
    """The drafts of a ledger; called in a transaction, or in `reading` if nothing changes."""

    def __init__(self, ledger: Ledger, masks: MaskFiles) -> None:
        self._ledger, self._masks = ledger, masks
        self._held: OrderedDict[tuple[str, str], _Held] = OrderedDict()

    def find(self, exam: ExamId, reader: str) -> Draft | None:
        """The open draft, or None."""
        note = self._note(exam, reader)
        if note is None:
            return None
        return Draft(*note.head, note.start, note.changes, self._current(exam, reader, note.head))

    def parent(self, exam: ExamId, reader: str) -> str | None:
        """Digest of the mask that the open draft began from, or None."""
        note = self._note(exam, reader)
        return None if note is None else note.head.parent

    def begin(self, exam: ExamId, reader: str, start: str, parent: str) -> None:
        """Open a draft from a mask that is filed already; there is none open."""
        with self._ledger.transaction() as base:
            base.execute(
                "INSERT INTO draft VALUES (?, ?, ?, ?, 0, 0, 1) ON CONFLICT (exam, reader) DO "
                "UPDATE SET parent = excluded.parent, start = excluded.start, "
                "first = sequence + 1, sequence = sequence + 1, open = 1",
                (str(exam), reader, parent, start),
            )

    def append(self, exam: ExamId, reader: str, head: Head, change: Change) -> int:
        """Save a change; the new number of changes, the same for an empty one.

        Raises
        ------
        InputError
            STALE when the draft is not at `head`; CHANGE_INVALID when the change is not of it.
        """
        self.check(exam, reader, head)
        if change.is_empty:
            return head.sequence
        mask = self._current(exam, reader, head)
        number = head.sequence + 1
        key = (str(exam), reader)
        del self._held[key]  # until the change is saved
        draw(mask, change)
        with self._ledger.transaction() as base:
            base.execute(
                "INSERT INTO stroke (exam, reader, sequence, change) VALUES (?, ?, ?, ?)",
                (*key, number, change.to_bytes()),
            )
            base.execute(
                "UPDATE draft SET sequence = ? WHERE exam = ? AND reader = ?", (number, *key)
            )
        self._hold(key, _Held(Head(head.parent, number), self._ledger.undone, mask))
        return number

    def close(self, exam: ExamId, reader: str) -> None:
        """Remove a draft with its changes: it was signed, or thrown away."""
        key = (str(exam), reader)
        with self._ledger.transaction() as base:
            base.execute("DELETE FROM stroke WHERE exam = ? AND reader = ?", key)
            base.execute("UPDATE draft SET open = 0 WHERE exam = ? AND reader = ?", key)
        self._held.pop(key, None)

    def check(self, exam: ExamId, reader: str, head: Head) -> None:
        """Refuse one who does not know how far the draft is: InputError(STALE)."""
        note = self._note(exam, reader)
        if note is None or note.head != head:
            now = note.head if note else Head("", 0)
            raise InputError(
                ErrorCode.STALE, evidence={"parent": now.parent, "sequence": now.sequence}
            )

    def of_reader(self, reader: str) -> frozenset[str]:
        """Exams in which a reader has an open draft."""
        with self._ledger.reading() as base:
            found = base.execute("SELECT exam FROM draft WHERE open AND reader = ?", (reader,))
            return frozenset(exam for (exam,) in found)

    def parents(self) -> frozenset[tuple[str, str]]:
        """Exam and digest of the masks that open drafts began from."""
        with self._ledger.reading() as base:
            return frozenset(base.execute("SELECT exam, parent FROM draft WHERE open"))

    def _note(self, exam: ExamId, reader: str) -> _Note | None:
        with self._ledger.reading() as base:
            row = base.execute(
                "SELECT parent, sequence, start, sequence - first FROM draft "
                "WHERE open AND exam = ? AND reader = ?",
                (str(exam), reader),
            ).fetchone()
        return None if row is None else _Note(Head(row[0], row[1]), row[2], row[3])

    def _current(self, exam: ExamId, reader: str, head: Head) -> Bools:
        """The mask at a head: held, or made again from its changes."""
        key = (str(exam), reader)
        held = self._held.get(key)
        if held is None or held[:2] != (head, self._ledger.undone):
            held = _Held(head, self._ledger.undone, self._replay(exam, reader, head))
        self._hold(key, held)
        return held.mask

    def _replay(self, exam: ExamId, reader: str, head: Head) -> Bools:
        mask = self._masks.get(exam, head.parent).copy(order="F")
        with self._ledger.reading() as base:
            strokes = base.execute(
                "SELECT change FROM stroke WHERE exam = ? AND reader = ? AND sequence <= ? "
                "ORDER BY sequence",
                (str(exam), reader, head.sequence),
            ).fetchall()
        for (payload,) in strokes:
            draw(mask, read_change(payload, mask.size))
        return mask

    def _hold(self, key: tuple[str, str], held: _Held) -> None:
        self._held[key] = held
        self._held.move_to_end(key)
        while len(self._held) > _HELD:
            self._held.popitem(last=False)
