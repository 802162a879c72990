"""How evenly fat is suppressed in the two breasts."""

from __future__ import annotations

from breastdce.core.codes import Undefined
from breastdce.qc.checks._contract import Check, Good
from breastdce.qc.exam import QcExam
from breastdce.qc.numbers import Number, median, ratio
from breastdce.qc.tissues import sides


def measure(exam: QcExam) -> tuple[Number, ...]:
    both = sides(exam.breast)
    if both is None:
        return (Undefined.ONE_SIDE,)
    pre, gland, fat = exam.triple.pre.data, exam.healthy_gland, exam.inside.fat.data
    right, left = (ratio(median(pre[gland & side]), median(pre[fat & side])) for side in both)
    if isinstance(right, Undefined) or isinstance(left, Undefined):
        return (ratio(right, left),)
    return (ratio(max(right, left), min(right, left)),)


CHECK = Check(
    name="fat_suppression_sides",
    title="Fat suppression, right to left",
    unit="1",
    good=Good.ONE,
    formula="Fat suppression (glandular tissue over fat) of the better breast over that of the "
    "other.",
    source="breastdce",
    per_phase=False,
    measure=measure,
)
