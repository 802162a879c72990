"""The later phases were acquired, or exported, in another plane than the first."""

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

_TURNED = [0.0, 1.0, 0.0, 0.0, 0.0, -1.0]


def plant(exam: MadeExam) -> MadeExam:
    """Say that the axial slices of every later series are sagittal ones."""
    return with_later_series(exam, _turned)


def _turned(file: MadeFile) -> MadeFile:
    place = file.attributes["ImagePositionPatient"]
    assert isinstance(place, list)  # noqa: S101 (of plane())
    x, y, z = place
    turned = {"ImageOrientationPatient": _TURNED, "ImagePositionPatient": [z, y, x]}
    return replace(file, attributes=file.attributes | turned)


DEFECT = Defect(
    name="wrong_orientation",
    makers=("siemens", "hitachi"),
    least_phases=4,
    code=ExamCode.PHASE_GRID_DIFFERS,
    plant=plant,
    dynamic_codes=dict.fromkeys(("siemens", "hitachi"), (SeriesCode.NOT_DCE,)),
    other_codes=UNNAMED_SUBTRACTION,
)
