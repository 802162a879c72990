"""Contrast of the lesion to glandular tissue over noise."""

from __future__ import annotations

from breastdce.core.codes import Undefined
from breastdce.qc.checks._contract import Check, Good
from breastdce.qc.exam import QcExam
from breastdce.qc.numbers import Number, difference, ratio


def measure(exam: QcExam) -> tuple[Number, ...]:
    if exam.ftv is None:
        return (Undefined.EMPTY_REGION,) * len(exam.native.phases)
    contrast = map(difference, exam.medians(exam.ftv.data), exam.gland_signal)
    return tuple(map(ratio, contrast, exam.noise))


CHECK = Check(
    name="cnr_lesion",
    title="CNR of the lesion to glandular tissue",
    unit="1",
    good=Good.HIGH,
    formula="(Median signal of the FTV - median signal of glandular tissue at least 5 mm from it) "
    "/ SD of the noise by air; near 0 before contrast.",
    source="breastdce; contrast over noise as in Magnotta & Friedman, J Digit Imaging 2006;19:140. "
    "MRIQC cnr has no sign and adds the variances of both tissues to that of air",
    per_phase=True,
    measure=measure,
)
