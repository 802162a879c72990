"""Whether contrast arrived by the early phase: what enhances most outside the breasts."""

from __future__ import annotations

from breastdce.qc.checks._contract import Check, Good
from breastdce.qc.exam import QcExam
from breastdce.qc.numbers import Number
from breastdce.qc.uptake import brightest_rise


def measure(exam: QcExam) -> tuple[Number, ...]:
    return (brightest_rise(exam.triple.pre, exam.triple.post1, exam.outside.body, exam.breast),)


CHECK = Check(
    name="contrast_arrival",
    title="Arrival of contrast",
    unit="%",
    good=Good.HIGH,
    formula="100 x (early - pre) / pre over the hundredth of 3 mm blocks of the body outside the "
    "breasts (of the whole body where there are fewer than 1,000 of them) that gains most "
    "signal: heart and vessels where they are in the field.",
    source="breastdce",
    per_phase=False,
    measure=measure,
    low=30.0,
)
