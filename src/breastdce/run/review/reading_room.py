"""The room as somebody sees it who changes nothing: who is there, and what may be seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import StoreError
from breastdce.core.exam import ExamId
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.dataset import layout
from breastdce.review.revision import Reader, Revision
from breastdce.review.worklist import CaseRow, case_row
from breastdce.run.review.case_images import Curves, StoredVolume, Voxel
from breastdce.run.review.case_view import CaseTable, CaseView, Curve, Work, case_view
from breastdce.run.review.consensus import TOGETHER
from breastdce.run.review.desk import START, Desk, check_decides, revision_name
from breastdce.run.review.ledger import Ledger

Bools = NDArray[np.bool_]


class Reading(NamedTuple):
    """The last word of a reader on an exam."""

    exam: ExamId
    reader: str
    revision: Revision
    blinded: bool
    """Whether the reader saw no work of others."""


class ReadingRoom:
    """What lies in a room, as each reader may see it; parameters and errors of `ReviewRoom`."""

    def __init__(self, out: Path, *, now: Callable[[], str] | None = None) -> None:
        self.out = out
        self._table = CaseTable(out)
        self._table.facts()  # no ledger is made where there is no data set
        _check_not_lost(out)
        self._ledger = Ledger(layout.review_ledger(out))
        self._desk = Desk(out, self._table, self._ledger, now or _utc)
        self._curves: tuple[ExamId, Curves] | None = None
        try:
            with self._ledger.transaction():
                self._desk.tidy()
        except BaseException:
            self._ledger.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the ledger; nothing is lost that a method has returned for."""
        self._ledger.close()

    def reader(self, name: str) -> Reader:
        """Somebody by name: with the role that was given; see `Register.reader`."""
        with self._ledger.reading():
            return self._ledger.register().reader(name)

    def readers(self) -> list[Reader]:
        """Everybody who was given a role."""
        with self._ledger.reading():
            roles = self._ledger.register().roles
            return [Reader(name, role) for name, role in roles.items()]

    def cases(self, reader: Reader) -> list[CaseRow]:
        """The worklist as a reader may see it, in order of exam."""
        every = self._table.facts()
        with self._ledger.reading():
            register = self._ledger.register()
            drafts = self._desk.drafts.of_reader(reader.name)
            return [
                case_row(facts, register.standing(facts.exam), reader, draft=facts.exam in drafts)
                for facts in every
            ]

    def case(self, exam: ExamId, reader: Reader) -> CaseView:
        """What the editor needs to know of an exam."""
        facts, times_s = self._table.of(exam), self._table.delays_s(exam)
        with self._ledger.reading():
            standing = self._desk.standing(exam)
            work = Work(
                state=standing.state if reader.sees_all else standing.state_of(reader.name),
                revisions=tuple(standing.seen_by(reader)),
                draft=str(exam) in self._desk.drafts.of_reader(reader.name),
                note=standing.notes.get(reader.name, ""),
                consensus=tuple(TOGETHER) if self._desk.has_consensus(exam, reader) else (),
            )
        return case_view(facts, self._desk.images(exam), times_s, work)

    def grid(self, exam: ExamId) -> Grid:
        """Where the voxels of all images and masks of an exam lie."""
        return self._desk.images(exam).grid

    def made(self, exam: ExamId) -> int:
        """Stamp of an exam's images: another one after a run has written them anew."""
        self._table.check(exam)
        return layout.provenance(self.out, exam).stat().st_mtime_ns

    def volume(self, exam: ExamId, name: str) -> StoredVolume:
        """An image by its name in the case's `volumes`; InputError(UNKNOWN_ENTRY)."""
        return self._desk.images(exam).volume(name)

    def curve(self, exam: ExamId, voxel: Voxel) -> Curve:
        """Raw signal of all phases in the native voxel nearest to one of the shown grid."""
        times_s = self._table.delays_s(exam)
        held = self._curves
        if held is None or held[0] != exam:
            shown = self._desk.images(exam).grid
            held = (exam, Curves(self.out, exam, len(times_s), shown))
            self._curves = held
        return Curve(times_s, held[1].at(voxel))

    def mask(self, exam: ExamId, name: str, reader: Reader) -> Bools:
        """A mask by its name in the case's `masks`, bool [i, j, k], Fortran order.

        `start` is what the reader's open draft began from, or what a new one would begin from.

        Raises
        ------
        InputError
            UNKNOWN_ENTRY for a mask that there is not, or that this reader may not see.
        """
        with self._ledger.reading():
            if name == START:
                parent = self._desk.drafts.parent(exam, reader.name)
                if parent is not None:
                    return self._desk.masks.get(exam, parent)
                name = self._desk.start(exam, reader)
            return self._desk.mask(exam, name, reader).data

    def revisions(self, exam: ExamId, by: Reader) -> list[Revision]:
        """Signed masks of an exam that somebody may see, in order."""
        self._table.check(exam)
        with self._ledger.reading():
            return self._desk.standing(exam).seen_by(by)

    def revision_mask(self, exam: ExamId, number: int, by: Reader) -> Mask:
        """The mask of a revision; InputError(UNKNOWN_ENTRY) also for one that may not be seen."""
        with self._ledger.reading():
            return self._desk.mask(exam, revision_name(number), by)

    def readings(self, by: Reader) -> list[Reading]:
        """The last revision of every reader of every exam, as `Register.readings` counts them.

        Raises
        ------
        InputError
            ROLE_MISSING for somebody who may not see the work of others.
        """
        check_decides(by)
        with self._ledger.reading():
            register = self._ledger.register()
            blinded = register.blinded
            return [
                Reading(ExamId.parse(name), one.reader, one, blinded)
                for name in register.exams
                for one in register.readings(name)
            ]


def _check_not_lost(out: Path) -> None:
    """Masks without their ledger are somebody's work: no new ledger is begun over them."""
    if layout.review_ledger(out).exists():
        return
    masks = sum(1 for _ in layout.review_masks(out).glob("*/*"))
    if masks:
        raise StoreError(
            ErrorCode.LEDGER_BROKEN,
            "There are masks of revisions, but not their ledger",
            evidence={"folder": str(layout.review(out)), "masks": masks},
        )


def _utc() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
