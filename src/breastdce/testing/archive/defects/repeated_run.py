"""The dynamic was begun, broken off after the first phase, and begun anew."""

from __future__ import annotations

from dataclasses import replace

from breastdce.core.codes import SeriesCode
from breastdce.testing.archive.defects._contract import Defect
from breastdce.testing.archive.made import MadeExam
from breastdce.testing.styles._contract import MadeFile
from breastdce.testing.subject import clock

_EARLIER_S = 600.0
_BROKEN_OFF = 12


def plant(exam: MadeExam) -> MadeExam:
    """Put half of a first phase ten minutes before the dynamic, as a series of its own."""
    first = exam.of(frozenset({min(exam.dynamic)}))[: exam.grid.shape[2] // 2]
    files = tuple(_earlier(exam, file) for file in first)
    return exam.with_files(files, {_BROKEN_OFF: (str(SeriesCode.REPEATED_RUN),)})


def _earlier(exam: MadeExam, file: MadeFile) -> MadeFile:
    subject = exam.subject
    time = clock(subject.start_s - _EARLIER_S, 0)
    own = {
        "SeriesNumber": _BROKEN_OFF,
        "SeriesInstanceUID": subject.uid("series", _BROKEN_OFF),
        "SOPInstanceUID": subject.uid(_BROKEN_OFF, file.path),
        "SeriesTime": time,
        "ContentTime": time,
    }
    if "AcquisitionTime" in file.attributes:
        own["AcquisitionTime"] = time
    return replace(file, path=f"s{_BROKEN_OFF}/{file.path}", attributes=file.attributes | own)


DEFECT = Defect(name="repeated_run", makers=("ge", "siemens"), plant=plant)
