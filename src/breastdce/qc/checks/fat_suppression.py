"""How much darker fat is than glandular tissue before contrast."""

from __future__ import annotations

from breastdce.qc.checks._contract import Check, Good
from breastdce.qc.exam import QcExam
from breastdce.qc.numbers import Number, ratio


def measure(exam: QcExam) -> tuple[Number, ...]:
    pre = exam.facts.phase_indices[0]
    return (ratio(exam.gland_signal[pre], exam.fat_signal[pre]),)


CHECK = Check(
    name="fat_suppression",
    title="Fat suppression",
    unit="1",
    good=Good.HIGH,
    formula="Median pre-contrast signal of glandular tissue over that of fat; below 1 without fat "
    "suppression.",
    source="breastdce",
    per_phase=False,
    measure=measure,
)
