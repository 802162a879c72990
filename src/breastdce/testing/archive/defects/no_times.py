"""Somebody who removed identities has removed every time of day, too."""

from __future__ import annotations

from dataclasses import replace

from breastdce.core.codes import CaveatCode
from breastdce.testing.archive.defects._contract import Defect
from breastdce.testing.archive.made import MadeExam

_TIMES = frozenset(
    [
        *("StudyTime", "SeriesTime", "AcquisitionTime", "ContentTime", "ContrastBolusStartTime"),
        *("TriggerTime", "AcquisitionDate", "ContentDate", "SeriesDate"),
    ]
)


def plant(exam: MadeExam) -> MadeExam:
    """Drop times, and the private start of each dynamic; temporal positions are left."""
    files = tuple(
        replace(
            file,
            attributes={k: v for k, v in file.attributes.items() if k not in _TIMES},
            private=tuple(item for item in file.private if item.element != 0xA0),
        )
        for file in exam.files
    )
    return replace(exam, files=files)


DEFECT = Defect(name="no_times", makers=("philips",), caveat=CaveatCode.NO_TIMES, plant=plant)
