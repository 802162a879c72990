"""The dynamic was never sent to the archive; everything else was."""

from __future__ import annotations

from breastdce.core.codes import ExamCode
from breastdce.testing.archive.defects._contract import ALL_MAKERS, UNNAMED_SUBTRACTION, Defect
from breastdce.testing.archive.made import MadeExam


def plant(exam: MadeExam) -> MadeExam:
    """Leave the series of the dynamic out."""
    return exam.without(frozenset(file.path for file in exam.of(exam.dynamic)))


DEFECT = Defect(
    name="no_dynamic",
    makers=ALL_MAKERS,
    code=ExamCode.NO_DCE,
    plant=plant,
    other_codes=UNNAMED_SUBTRACTION,
)
