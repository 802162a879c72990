"""Background parenchymal enhancement: how much of the glandular tissue enhances early."""

from __future__ import annotations

from breastdce.qc.checks._contract import Check, Good
from breastdce.qc.exam import QcExam
from breastdce.qc.numbers import Number


def measure(exam: QcExam) -> tuple[Number, ...]:
    return (exam.enhancing_share,)


CHECK = Check(
    name="bpe_share",
    title="Enhancing share of glandular tissue",
    unit="%",
    good=Good.NEITHER,
    formula="100 x voxels of glandular tissue, at least 5 mm from the FTV, whose early signal "
    "exceeds the pre-contrast one by 20 % or more, over all of them.",
    source="breastdce; 20 % is our choice, about twice the noise of the ratio at an SNR of 15",
    per_phase=False,
    measure=measure,
)
