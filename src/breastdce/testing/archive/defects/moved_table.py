"""The table was moved between the phase before contrast and those after it."""

from __future__ import annotations

from dataclasses import replace

from breastdce.core.codes import ExamCode, SeriesCode
from breastdce.testing.archive.defects._contract import (
    UNNAMED_SUBTRACTION,
    Defect,
    with_later_series,
)
from breastdce.testing.archive.made import MadeExam
from breastdce.testing.styles._contract import MadeFile

_MOVED_MM = 9.0


def plant(exam: MadeExam) -> MadeExam:
    """Shift every later series along the table."""
    return with_later_series(exam, _moved)


def _moved(file: MadeFile) -> MadeFile:
    place = file.attributes["ImagePositionPatient"]
    assert isinstance(place, list)  # noqa: S101 (of plane())
    x, y, z = place
    return replace(
        file, attributes=file.attributes | {"ImagePositionPatient": [x, y, z + _MOVED_MM]}
    )


DEFECT = Defect(
    name="moved_table",
    makers=("siemens", "hitachi"),
    least_phases=4,
    code=ExamCode.PHASE_GRID_DIFFERS,
    plant=plant,
    dynamic_codes=dict.fromkeys(("siemens", "hitachi"), (SeriesCode.NOT_DCE,)),
    other_codes=UNNAMED_SUBTRACTION,
)
