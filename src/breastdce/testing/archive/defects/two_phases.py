"""The acquisition was stopped after the first phase that follows contrast."""

from __future__ import annotations

from breastdce.core.codes import ExamCode, SeriesCode
from breastdce.testing.archive.defects._contract import ALL_MAKERS, Defect, Phases


def phases(images: Phases) -> Phases:
    """One before and one after contrast."""
    return images[:2]


DEFECT = Defect(
    name="two_phases",
    makers=ALL_MAKERS,
    code=ExamCode.TOO_FEW_PHASES,
    phases=phases,
    dynamic_codes=dict.fromkeys(ALL_MAKERS, (SeriesCode.NOT_DCE,)),
)
