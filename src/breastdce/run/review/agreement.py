"""The agreement of a data set's readers, from the revisions that they signed."""

from __future__ import annotations

from typing import NamedTuple

from breastdce.review.agreement import (
    Agreement,
    CaseAgreement,
    compare_readers,
    summarize_readers,
)
from breastdce.review.revision import Reader
from breastdce.run.review.reading_room import Reading, ReadingRoom


class Found(NamedTuple):
    """Cases, and what they say together."""

    cases: tuple[CaseAgreement, ...]
    summary: Agreement
    blinded: bool
    """Whether the readings are of readers who saw no work of others."""


class RoomAgreement:
    """The agreement in a room; what was compared once is kept as long as the masks are the same."""

    def __init__(self, room: ReadingRoom) -> None:
        self._room = room
        self._kept: dict[tuple[object, ...], CaseAgreement] = {}

    def find(self, by: Reader) -> Found:
        """Compare the last revision of every reader of every exam (`Register.readings`).

        Raises
        ------
        InputError
            ROLE_MISSING for somebody who may not see the work of others.
        """
        readings = self._room.readings(by)
        exams: dict[str, list[Reading]] = {}
        for reading in readings:
            exams.setdefault(str(reading.exam), []).append(reading)
        cases = tuple(self._case(exams[name], by) for name in sorted(exams))
        return Found(cases, summarize_readers(cases), all(one.blinded for one in readings))

    def _case(self, readings: list[Reading], by: Reader) -> CaseAgreement:
        exam = readings[0].exam
        key = (str(exam), *((one.reader, one.revision.mask) for one in readings))
        if key not in self._kept:
            masks = {
                one.reader: self._room.revision_mask(exam, one.revision.number, by)
                for one in readings
            }
            self._kept[key] = compare_readers(str(exam), masks)
        return self._kept[key]
