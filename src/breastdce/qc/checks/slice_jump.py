"""The largest step of brightness from one slice to its neighbors."""

from __future__ import annotations

import numpy as np

from breastdce.core.codes import Undefined
from breastdce.core.volume import Volume
from breastdce.qc.checks._contract import Check, Good
from breastdce.qc.exam import QcExam
from breastdce.qc.numbers import Number
from breastdce.qc.regions import Bools

_LEAST = 1000  # voxels that three slices share


def measure(exam: QcExam) -> tuple[Number, ...]:
    body = exam.outside.body.data
    shared = body[..., 2:] & body[..., 1:-1] & body[..., :-2]
    return tuple(_jump(phase, shared) for phase in exam.native.phases)


def _jump(phase: Volume, shared: Bools) -> Number:
    """Percent; `shared` [i, j, k - 2] is body in three slices in a row."""
    count = shared.sum(axis=(0, 1))
    if not (count >= _LEAST).any():
        return Undefined.TOO_FEW_VOXELS
    most = 0.0
    for k in np.flatnonzero(count >= _LEAST):
        here = shared[..., k]
        before, at, after = (
            phase.data[..., k + step][here].mean(dtype=np.float64) for step in range(3)
        )
        if min(before, at, after) <= 0:
            return Undefined.ZERO_DENOMINATOR
        most = max(most, abs(float(np.log(at) - (np.log(before) + np.log(after)) / 2)))
    return 100 * most


CHECK = Check(
    name="slice_jump",
    title="Jump between slices",
    unit="%",
    good=Good.LOW,
    formula="Largest over the slices of 100 |log m(k) - (log m(k-1) + log m(k+1)) / 2|, m the "
    "mean signal of the body that the three slices share.",
    source="breastdce",
    per_phase=True,
    measure=measure,
)
