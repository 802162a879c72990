"""The last of many phases was stopped before its end."""

from __future__ import annotations

from breastdce.core.codes import CaveatCode
from breastdce.testing.archive.defects._contract import Defect
from breastdce.testing.archive.made import MadeExam


def plant(exam: MadeExam) -> MadeExam:
    """Keep the first third of the last phase."""
    slices = exam.grid.shape[2]
    last = [file for file in exam.of(exam.dynamic) if _phase(file.attributes) == len(exam.images)]
    return exam.without(frozenset(file.path for file in last[slices // 3 :]))


def _phase(attributes: dict[str, object]) -> int:
    return int(str(attributes["TemporalPositionIdentifier"]))


DEFECT = Defect(
    name="stopped_phase",
    makers=("philips",),
    caveat=CaveatCode.PHASE_INCOMPLETE,
    plant=plant,
)
