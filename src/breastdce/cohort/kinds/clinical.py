"""Whether clinical values are there, and meet conditions."""

from __future__ import annotations

import msgspec

from breastdce.cohort.kinds._contract import Frame, Needs, RuleKind, Unknown
from breastdce.cohort.patient import Patient
from breastdce.cohort.values import Value, text_of
from breastdce.core.params import Params


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A condition on one column: values that are allowed, or bounds (both inside)."""

    column: str
    among: tuple[str, ...] = ()
    """Codes or texts; `true` and `false` for a boolean."""
    least: float | None = None
    most: float | None = None
    unknown: Unknown = "exclude"


class Clinical(Params, frozen=True):
    """Columns that must have a value, and conditions."""

    present: tuple[str, ...] = ()
    """All of them."""
    any_present: tuple[str, ...] = ()
    """At least one of them."""
    where: tuple[Condition, ...] = ()


def needs(params: Clinical) -> Needs:
    """All the columns that are named."""
    named = [*params.present, *params.any_present, *(test.column for test in params.where)]
    return Needs(clinical=tuple(dict.fromkeys(named)))


def judge(patient: Patient, params: Clinical, frame: Frame) -> str | None:  # noqa: ARG001
    """Exclude by the first thing that is missing or not met."""
    if patient.clinical is None:
        return "not in the clinical table"
    missing = [name for name in params.present if patient.value(name) is None]
    if missing:
        return f"missing: {', '.join(missing)}"
    if params.any_present and all(patient.value(name) is None for name in params.any_present):
        return f"missing: {', '.join(params.any_present)}"
    failed = (_failed(test, patient.value(test.column)) for test in params.where)
    return next((words for words in failed if words), None)


def _failed(test: Condition, value: Value) -> str | None:
    # The value is not repeated: the condition says enough, and a value may be private.
    if value is None:
        return f"missing: {test.column}" if test.unknown == "exclude" else None
    text = str(value).lower() if isinstance(value, bool) else text_of(value)
    if test.among and text not in test.among:
        return f"{test.column} is not among {', '.join(test.among)}"
    if test.least is None and test.most is None:
        return None
    if isinstance(value, str | bool):
        return f"{test.column} is not a number"
    if test.least is not None and value < test.least:
        return f"{test.column} is below {test.least:g}"
    return (
        f"{test.column} is above {test.most:g}"
        if test.most is not None and value > test.most
        else None
    )


RULE = RuleKind("clinical", Clinical, needs, judge)
