"""One slice of the first phase after contrast did not arrive.

The unnamed subtraction of that phase, which the maker's workstation left, must not take its place.
"""

from __future__ import annotations

from breastdce.core.codes import ExamCode, SeriesCode
from breastdce.testing.archive.defects._contract import UNNAMED_SUBTRACTION, Defect
from breastdce.testing.archive.made import MadeExam


def plant(exam: MadeExam) -> MadeExam:
    """Lose the middle slice of the second series."""
    second = sorted(exam.dynamic)[1]
    files = exam.of(frozenset({second}))
    poorer = exam.without(frozenset({files[len(files) // 2].path}))
    return poorer.with_files((), {second: (str(SeriesCode.SLICE_MISSING),)})


DEFECT = Defect(
    name="lost_slice",
    makers=("siemens",),
    least_phases=4,
    code=ExamCode.PHASE_GRID_DIFFERS,
    plant=plant,
    dynamic_codes={"siemens": (SeriesCode.NOT_DCE,)},
    other_codes=UNNAMED_SUBTRACTION,
)
