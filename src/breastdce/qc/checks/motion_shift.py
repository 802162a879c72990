"""How far the breasts have moved as a whole since the pre-contrast phase."""

from __future__ import annotations

from breastdce.core.codes import Undefined
from breastdce.qc.checks._contract import Check, Good
from breastdce.qc.exam import QcExam
from breastdce.qc.numbers import Number


def measure(exam: QcExam) -> tuple[Number, ...]:
    return tuple(one if isinstance(one, Undefined) else one.shift_mm for one in exam.motion)


CHECK = Check(
    name="motion_shift",
    title="Motion, shift as a whole",
    unit="mm",
    good=Good.LOW,
    formula="Length of the translation that best explains the difference to the pre-contrast "
    "phase at the steepest tenth of 2 mm blocks in and near the breasts that do not enhance: "
    "least squares on the gradient together with one gain of these blocks, three rounds.",
    source="Lucas & Kanade, Proc IJCAI 1981:674",
    per_phase=True,
    measure=measure,
    high=2.0,
)
