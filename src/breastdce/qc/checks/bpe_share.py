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
    "exceeds the pre-contrast one by 30 % or more, over all of them.",
    source="BPE% of Niell et al., medRxiv 2020.03.09.20031153, with its threshold, in the first "
    "phase after contrast; our tissue masks",
    per_phase=False,
    measure=measure,
)
