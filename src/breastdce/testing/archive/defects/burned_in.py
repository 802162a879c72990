"""The images say that a name is burned into their pixels."""

from __future__ import annotations

from dataclasses import replace

from breastdce.core.codes import ExamCode, SeriesCode
from breastdce.testing.archive.defects._contract import ALL_MAKERS, UNNAMED_SUBTRACTION, Defect
from breastdce.testing.archive.made import MadeExam


def plant(exam: MadeExam) -> MadeExam:
    """Mark the dynamic."""
    said = {"BurnedInAnnotation": "YES"}
    files = tuple(
        replace(file, attributes=file.attributes | said) if file.series in exam.dynamic else file
        for file in exam.files
    )
    return replace(exam, files=files)


DEFECT = Defect(
    name="burned_in",
    makers=ALL_MAKERS,
    code=ExamCode.BURNED_IN,
    plant=plant,
    dynamic_codes=dict.fromkeys(ALL_MAKERS, (SeriesCode.BURNED_IN_TEXT,)),
    other_codes=UNNAMED_SUBTRACTION,
)
