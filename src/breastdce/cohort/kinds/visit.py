"""Whether an exam of the wanted visit exists; another visit never stands in for it."""

from __future__ import annotations

from breastdce.cohort.kinds._contract import Frame, Needs, RuleKind
from breastdce.cohort.patient import Patient
from breastdce.core.params import NoParams


def needs(params: NoParams) -> Needs:  # noqa: ARG001  # signature of the contract
    """The visit of each exam."""
    return Needs(exam=("visit",))


def judge(patient: Patient, params: NoParams, frame: Frame) -> str | None:  # noqa: ARG001
    """Exclude who has no exam that is known to be of the visit."""
    if patient.at(frame.visit) is not None:
        return None
    others = sorted({exam.visit or "n/a" for exam in patient.exams})
    return f"no exam of visit {frame.visit}; visits: {', '.join(others) or 'none'}"


RULE = RuleKind("visit", NoParams, needs, judge)
