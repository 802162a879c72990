"""Contrast of glandular tissue to fat over noise."""

from __future__ import annotations

from breastdce.qc.checks._contract import Check, Good
from breastdce.qc.exam import QcExam
from breastdce.qc.numbers import Number, difference, ratio


def measure(exam: QcExam) -> tuple[Number, ...]:
    contrast = map(difference, exam.gland_signal, exam.fat_signal)
    return tuple(map(ratio, contrast, exam.noise))


CHECK = Check(
    name="cnr_gland",
    title="CNR of glandular tissue to fat",
    unit="1",
    good=Good.HIGH,
    formula="(Median signal of glandular tissue - median signal of fat) / SD of the noise by air; "
    "negative where fat is brighter.",
    source="breastdce; contrast over noise as in Magnotta & Friedman, J Digit Imaging 2006;19:140. "
    "MRIQC cnr has no sign and adds the variances of both tissues to that of air",
    per_phase=True,
    measure=measure,
)
