"""Slices that hold no image, or the one of their neighbor."""

from __future__ import annotations

import numpy as np

from breastdce.core.volume import Volume
from breastdce.qc.checks._contract import Check, Good
from breastdce.qc.exam import QcExam
from breastdce.qc.numbers import Number


def measure(exam: QcExam) -> tuple[Number, ...]:
    return tuple(_missing(phase) for phase in exam.native.phases)


def _missing(phase: Volume) -> float:
    slices = phase.data.T  # [k, j, i], one slice after the other in memory
    flat = [bool((one == one[0, 0]).all()) for one in slices]
    again = [False, *(np.array_equal(a, b) for a, b in zip(slices[1:], slices[:-1], strict=True))]
    return float(np.count_nonzero(np.logical_or(flat, again)))


CHECK = Check(
    name="missing_slices",
    title="Missing slices",
    unit="1",
    good=Good.LOW,
    formula="Number of slices whose voxels are all equal, or equal to those of the slice before. "
    "A series with a gap is refused before it comes here.",
    source="breastdce",
    per_phase=True,
    measure=measure,
    high=0.0,
)
