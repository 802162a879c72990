"""Whether the visit's scanner has a field strength within bounds."""

from __future__ import annotations

import math

from breastdce.cohort.kinds._contract import Frame, Needs, RuleKind, Unknown
from breastdce.cohort.patient import Patient
from breastdce.core.params import Params


class FieldStrength(Params, frozen=True):
    """Bounds, both inside."""

    least_tesla: float = 0.0
    most_tesla: float = math.inf
    unknown: Unknown = "exclude"


def needs(params: FieldStrength) -> Needs:  # noqa: ARG001  # signature of the contract
    """The field strength of the visit's exam."""
    return Needs(exam=("visit", "field_strength_t"))


def judge(patient: Patient, params: FieldStrength, frame: Frame) -> str | None:
    """Exclude what lies outside the bounds."""
    exam = patient.at(frame.visit)
    if exam is None:
        return f"no exam of visit {frame.visit}"
    field = exam.field_strength_t
    if field is None:
        return "field strength not known" if params.unknown == "exclude" else None
    return None if params.least_tesla <= field <= params.most_tesla else f"{field:g} T"


RULE = RuleKind("field_strength", FieldStrength, needs, judge)
