"""How far edges of tissue that does not enhance differ from the pre-contrast phase."""

from __future__ import annotations

from breastdce.core.codes import Undefined
from breastdce.qc.checks._contract import Check, Good
from breastdce.qc.exam import QcExam
from breastdce.qc.numbers import Number


def measure(exam: QcExam) -> tuple[Number, ...]:
    return tuple(one if isinstance(one, Undefined) else one.residual for one in exam.motion)


CHECK = Check(
    name="motion_residual",
    title="Motion, residual at edges",
    unit="%",
    good=Good.LOW,
    formula="100 x median absolute difference to the pre-contrast phase at the steepest tenth of "
    "2 mm blocks in and near the breasts that do not enhance, after linear matching of mean and "
    "SD, over their median signal. Noise is part of it.",
    source="breastdce; the residual of its motion correction, on blocks",
    per_phase=True,
    measure=measure,
)
