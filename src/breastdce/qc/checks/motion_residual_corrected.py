"""What motion_residual says after correction for motion."""

from __future__ import annotations

from breastdce.core.codes import Undefined
from breastdce.qc.checks._contract import Check, Good
from breastdce.qc.exam import QcExam
from breastdce.qc.numbers import Number


def measure(exam: QcExam) -> tuple[Number, ...]:
    return tuple(one if isinstance(one, Undefined) else one.residual for one in exam.motion_left)


CHECK = Check(
    name="motion_residual_corrected",
    title="Motion, residual at edges, after correction",
    unit="%",
    good=Good.LOW,
    formula="As motion_residual, of the phases after correction for motion.",
    source="breastdce; the residual of its motion correction, on blocks",
    per_phase=True,
    measure=measure,
)
