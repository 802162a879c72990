"""Share of the body at the largest value of its phase."""

from __future__ import annotations

import numpy as np

from breastdce.core.codes import Undefined
from breastdce.qc.checks._contract import Check, Good
from breastdce.qc.exam import QcExam
from breastdce.qc.numbers import Number


def measure(exam: QcExam) -> tuple[Number, ...]:
    body = exam.outside.body.data
    total = int(np.count_nonzero(body))
    if total == 0:
        return (Undefined.EMPTY_REGION,) * len(exam.native.phases)
    return tuple(
        100 * int(np.count_nonzero(body & (phase.data == phase.data.max()))) / total
        for phase in exam.native.phases
    )


CHECK = Check(
    name="saturation",
    title="Saturation",
    unit="%",
    good=Good.LOW,
    formula="100 x voxels of the body that hold the largest value of the phase, over all of them. "
    "A maximum that was not cut off is reached by a voxel or two.",
    source="breastdce",
    per_phase=True,
    measure=measure,
    high=0.01,
)
