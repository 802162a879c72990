"""Signal of the breasts over the noise of air."""

from __future__ import annotations

from breastdce.qc.checks._contract import Check, Good
from breastdce.qc.exam import QcExam
from breastdce.qc.numbers import Number, ratio


def measure(exam: QcExam) -> tuple[Number, ...]:
    return tuple(map(ratio, exam.breast_signal, exam.noise))


CHECK = Check(
    name="snr_breast",
    title="SNR of the breasts",
    unit="1",
    good=Good.HIGH,
    formula="Median signal of gland and fat together, over the SD of the noise: 0.655 x median / "
    "SD of air. Low where suppressed fat is most of the breast.",
    source="Dietrich et al., J Magn Reson Imaging 2007;26:375; as MRIQC snr_dietrich, which takes "
    "the MAD of all air",
    per_phase=True,
    measure=measure,
)
