"""Background parenchymal enhancement: how much glandular tissue enhances early."""

from __future__ import annotations

from breastdce.core.codes import Undefined
from breastdce.qc.checks._contract import Check, Good
from breastdce.qc.exam import QcExam
from breastdce.qc.numbers import Number, difference, mean, ratio


def measure(exam: QcExam) -> tuple[Number, ...]:
    pre, early = (
        mean(one.data.T[exam.healthy_gland.T]) for one in (exam.triple.pre, exam.triple.post1)
    )
    share = ratio(difference(early, pre), pre)
    return (share if isinstance(share, Undefined) else 100 * share,)


CHECK = Check(
    name="bpe",
    title="Background parenchymal enhancement",
    unit="%",
    good=Good.NEITHER,
    formula="100 x (early - pre) / pre of the mean signals of glandular tissue at least 5 mm from "
    "the FTV.",
    source="breastdce; early enhancement of fibroglandular tissue, a risk factor in Hu et al., "
    "Oncotarget 2017;8:10620; our tissue masks",
    per_phase=False,
    measure=measure,
)
