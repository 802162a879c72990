"""SD of the noise, from the air around the patient."""

from __future__ import annotations

from breastdce.qc.checks._contract import Check, Good
from breastdce.qc.exam import QcExam
from breastdce.qc.numbers import Number


def measure(exam: QcExam) -> tuple[Number, ...]:
    return exam.noise


CHECK = Check(
    name="noise",
    title="Noise",
    unit="arbitrary",
    good=Good.NEITHER,
    formula="Median over blocks of 8 x 8 voxels of air of their SD, over 0.655, the SD of a "
    "Rayleigh distribution; in stored units.",
    source="Gudbjartsson & Patz, Magn Reson Med 1995;34:910; blocks are ours",
    per_phase=True,
    measure=measure,
)
