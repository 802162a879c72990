"""What a check is: a number with a unit, a direction, a formula with its source, and bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from breastdce.core.codes import Undefined
from breastdce.qc.exam import QcExam


class Good(StrEnum):
    """Which way a measure is better."""

    HIGH = "high"
    LOW = "low"
    ONE = "near 1"
    NEITHER = "neither"
    """Describes the exam and does not judge it."""


@dataclass(frozen=True, slots=True)
class Check:
    """One measure of an exam or of each of its phases."""

    name: str
    """Equals the file name; the column is `<name>` or, per phase, `<name>_<phase>`."""
    title: str
    unit: str
    """As in tables: mm, s, %, mL, or 1 where there is none."""
    good: Good
    formula: str
    """In words and symbols a reader can compute it from."""
    source: str
    """Paper, standard or program and file that the formula follows; `breastdce` for our own."""
    per_phase: bool
    """One value for each native phase, else one for the exam."""
    measure: Callable[[QcExam], tuple[float | Undefined, ...]]
    """As many values as there are phases, or one; a value that cannot be had says why."""
    low: float | None = None
    """A value below is flagged; None: never."""
    high: float | None = None
    """A value above is flagged; None: never."""

    def __post_init__(self) -> None:
        """Say all this in the docstring of `measure`, for `help()`."""
        kind = "One value for each native phase" if self.per_phase else "One value for the exam"
        self.measure.__doc__ = (
            f"{self.title}. {kind}, in {self.unit}; good is {self.good}.\n\n"
            f"{self.formula}\n\nSource: {self.source}."
        )
