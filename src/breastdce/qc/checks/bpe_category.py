"""Background parenchymal enhancement in four classes, by the share of gland that enhances."""

from __future__ import annotations

from bisect import bisect_right

from breastdce.core.codes import Undefined
from breastdce.qc.checks._contract import Check, Good
from breastdce.qc.exam import QcExam
from breastdce.qc.numbers import Number

_QUARTERS = (25.0, 50.0, 75.0)


def measure(exam: QcExam) -> tuple[Number, ...]:
    share = exam.enhancing_share
    return (share if isinstance(share, Undefined) else 1.0 + bisect_right(_QUARTERS, share),)


CHECK = Check(
    name="bpe_category",
    title="Category of background enhancement",
    unit="1",
    good=Good.NEITHER,
    formula="1 minimal (less than 25 % of the glandular tissue enhances), 2 mild (to 50 %), 3 "
    "moderate (to 75 %), 4 marked; by numbers, not a radiologist's category.",
    source="breastdce; quarters of the enhancing share, with the names of the four levels that "
    "readers rated in King et al., Radiology 2011;260:50",
    per_phase=False,
    measure=measure,
)
