"""The copy was interrupted: one image of a late phase ends early."""

from __future__ import annotations

from dataclasses import replace

from breastdce.core.codes import CaveatCode, FileCode
from breastdce.testing.archive.defects._contract import Defect
from breastdce.testing.archive.made import MadeExam

_LOST_BYTES = 300


def plant(exam: MadeExam) -> MadeExam:
    """Cut an image of the last phase short."""
    last = max(exam.dynamic)
    path = exam.of(frozenset({last}))[-2].path
    files = tuple(
        replace(file, lost_bytes=_LOST_BYTES) if file.path == path else file for file in exam.files
    )
    return replace(exam, files=files).with_files((), {last: (str(FileCode.TRUNCATED),)})


DEFECT = Defect(
    name="cut_files", makers=("philips",), caveat=CaveatCode.PHASE_INCOMPLETE, plant=plant
)
