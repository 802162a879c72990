"""How uneven the coil makes the signal of the breasts."""

from __future__ import annotations

from breastdce.qc.checks._contract import Check, Good
from breastdce.qc.exam import QcExam
from breastdce.qc.numbers import Number
from breastdce.qc.tissues import shading_range


def measure(exam: QcExam) -> tuple[Number, ...]:
    return (shading_range(exam.inside),)


CHECK = Check(
    name="shading",
    title="Coil shading",
    unit="1",
    good=Good.ONE,
    formula="95th over 5th percentile, over the breasts without skin, of a smooth field that is "
    "found together with the split into glandular tissue and fat (Gaussian, at last 15 mm SD), "
    "pre-contrast.",
    source="breastdce; field and classes in turns as Wells et al., IEEE Trans Med Imaging "
    "1996;15:429. MRIQC inu_range is the difference of these percentiles of N4's field",
    per_phase=False,
    measure=measure,
)
