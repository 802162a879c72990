"""How uneven the signal of the breasts still is after bias correction."""

from __future__ import annotations

from breastdce.core.codes import Undefined
from breastdce.qc.checks._contract import Check, Good
from breastdce.qc.exam import QcExam
from breastdce.qc.numbers import Number
from breastdce.qc.tissues import shading_left


def measure(exam: QcExam) -> tuple[Number, ...]:
    if exam.debiased is None:
        return (Undefined.NOT_CORRECTED,)
    return (shading_left(exam.inside, exam.triple.pre, exam.debiased.pre),)


CHECK = Check(
    name="shading_corrected",
    title="Coil shading after bias correction",
    unit="1",
    good=Good.ONE,
    formula="As coil shading, with the smooth field divided by the one that bias correction took "
    "out of the pre-contrast phase.",
    source="breastdce",
    per_phase=False,
    measure=measure,
)
