"""What a kind of rule is: its parameters, what it needs, and one pure judgment of a patient."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from breastdce.cohort.patient import Patient
from breastdce.core.params import Params

P = TypeVar("P", bound=Params)
Unknown = Literal["exclude", "keep"]
"""What becomes of a patient for whom the value is not known."""


class Needs(NamedTuple):
    """What the tables must offer for a rule."""

    exam: tuple[str, ...] = ()
    """Columns of the table of exams."""
    clinical: tuple[str, ...] = ()
    """Columns of the clinical table; a list of `""` asks for the table alone."""
    lists: tuple[tuple[str, str], ...] = ()
    """File of a list, relative to the rules, and its column of patients."""


class Frame(NamedTuple):
    """What all rules of a cohort share."""

    visit: str
    lists: Mapping[tuple[str, str], frozenset[str]]
    """Patients of each list that the rules need."""


@dataclass(frozen=True, slots=True)
class RuleKind(Generic[P]):
    """One kind of rule; the name equals the file name."""

    name: str
    params: type[P]
    needs: Callable[[P], Needs]
    judge: Callable[[Patient, P, Frame], str | None]
    """Evidence of why the rule excludes the patient; None when it does not. The answer depends on
    nothing but the patient, so that the order of rules never decides who is in."""


AnyRuleKind = RuleKind[Any]
