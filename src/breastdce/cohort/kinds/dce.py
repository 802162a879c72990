"""Whether the visit's exam has a dynamic acquisition that can be used."""

from __future__ import annotations

from breastdce.cohort.kinds._contract import Frame, Needs, RuleKind
from breastdce.cohort.patient import OK, Patient
from breastdce.core.codes import ExamCode
from breastdce.core.params import Params


class Dce(Params, frozen=True):
    """Which exam codes exclude."""

    codes: tuple[ExamCode, ...] = ()
    """None means every code but OK."""


def needs(params: Dce) -> Needs:  # noqa: ARG001  # signature of the contract
    """The visit and the reason of each exam."""
    return Needs(exam=("visit", "reason_code"))


def judge(patient: Patient, params: Dce, frame: Frame) -> str | None:
    """Exclude by the exam's own code; without exam of the visit there is no DCE either."""
    exam = patient.at(frame.visit)
    if exam is None:
        return f"no exam of visit {frame.visit}"
    if exam.reason_code == OK or (params.codes and exam.reason_code not in params.codes):
        return None
    return f"exam of visit {frame.visit}: {exam.reason_code}"


RULE = RuleKind("dce", Dce, needs, judge)
