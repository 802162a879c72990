"""Whether the visit's dynamic acquisition has enough phases."""

from __future__ import annotations

from typing import Annotated

import msgspec

from breastdce.cohort.kinds._contract import Frame, Needs, RuleKind, Unknown
from breastdce.cohort.patient import Patient
from breastdce.core.codes import ExamCode
from breastdce.core.counted import counted
from breastdce.core.params import Params


class Phases(Params, frozen=True):
    """How many."""

    least: Annotated[int, msgspec.Meta(ge=1)] = 3
    """One before contrast and two after it is what SER and FTV need."""
    unknown: Unknown = "exclude"


def needs(params: Phases) -> Needs:  # noqa: ARG001  # signature of the contract
    """The number of phases of the visit's exam."""
    return Needs(exam=("visit", "reason_code", "n_phases"))


def judge(patient: Patient, params: Phases, frame: Frame) -> str | None:
    """Exclude by the number, or where the scan itself found too few."""
    exam = patient.at(frame.visit)
    if exam is None:
        return f"no exam of visit {frame.visit}"
    if exam.reason_code == ExamCode.TOO_FEW_PHASES:
        return f"the scan found too few phases ({_shown(exam.n_phases)})"
    if exam.n_phases is None:
        return "number of phases not known" if params.unknown == "exclude" else None
    return None if exam.n_phases >= params.least else counted(exam.n_phases, "phase")


def _shown(count: int | None) -> str:
    return "n/a" if count is None else str(count)


RULE = RuleKind("phases", Phases, needs, judge)
