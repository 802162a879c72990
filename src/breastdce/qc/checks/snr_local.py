"""Signal of the breasts over the noise that fat itself shows; needs no air."""

from __future__ import annotations

from breastdce.qc.checks._contract import Check, Good
from breastdce.qc.exam import QcExam
from breastdce.qc.numbers import Number, ratio


def measure(exam: QcExam) -> tuple[Number, ...]:
    return tuple(map(ratio, exam.breast_signal, exam.noise_in_fat))


CHECK = Check(
    name="snr_local",
    title="SNR of the breasts, noise from fat",
    unit="1",
    good=Good.HIGH,
    formula="Median signal of gland and fat together, over the SD of the noise from in-plane "
    "second differences in fat, median |I * (1 -2 1; -2 4 -2; 1 -2 1)| / (6 x 0.6745). Too high "
    "where the scanner interpolated.",
    source="Immerkaer, Comput Vis Image Underst 1996;64:300, with the median for the mean",
    per_phase=True,
    measure=measure,
)
