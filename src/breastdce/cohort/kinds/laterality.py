"""Whether the visit's exam shows the side that is wanted."""

from __future__ import annotations

from typing import Literal

from breastdce.cohort.kinds._contract import Frame, Needs, RuleKind, Unknown
from breastdce.cohort.patient import Patient
from breastdce.core.params import Params


class Laterality(Params, frozen=True):
    """Sides that are kept."""

    allowed: tuple[Literal["L", "R", "B"], ...] = ("L", "R", "B")
    """Left, right, both."""
    unknown: Unknown = "exclude"


def needs(params: Laterality) -> Needs:  # noqa: ARG001  # signature of the contract
    """The side of the visit's exam."""
    return Needs(exam=("visit", "laterality"))


def judge(patient: Patient, params: Laterality, frame: Frame) -> str | None:
    """Exclude other sides."""
    exam = patient.at(frame.visit)
    if exam is None:
        return f"no exam of visit {frame.visit}"
    side = exam.laterality
    if side is None:
        return "side not known" if params.unknown == "exclude" else None
    return None if side in params.allowed else f"side {side}"


RULE = RuleKind("laterality", Laterality, needs, judge)
