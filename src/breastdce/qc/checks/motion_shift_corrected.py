"""What motion_shift says after correction for motion."""

from __future__ import annotations

from breastdce.core.codes import Undefined
from breastdce.qc.checks._contract import Check, Good
from breastdce.qc.exam import QcExam
from breastdce.qc.numbers import Number


def measure(exam: QcExam) -> tuple[Number, ...]:
    return tuple(one if isinstance(one, Undefined) else one.shift_mm for one in exam.motion_left)


CHECK = Check(
    name="motion_shift_corrected",
    title="Motion, shift as a whole, after correction",
    unit="mm",
    good=Good.LOW,
    formula="As motion_shift, of the phases after correction for motion.",
    source="Lucas & Kanade, Proc IJCAI 1981:674",
    per_phase=True,
    measure=measure,
)
