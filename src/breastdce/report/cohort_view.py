"""What the page of a cohort is made from: plain records, filled by the caller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec


class FlowStep(NamedTuple):
    """One rule of the selection."""

    code: str
    meaning: str
    """Of the code."""
    label: str
    excluded: int
    kept: int
    """Exceptions that were needed here."""
    remaining: int
    reference: int | None
    """How many the source of the cohort had left; None where it does not say."""


@dataclass(frozen=True, slots=True)
class Flow:
    """The selection from everybody known to the cohort."""

    title: str
    start: int
    reference: int | None
    steps: tuple[FlowStep, ...]
    end: int
    start_words: str = "Patients known"
    end_words: str = "In the cohort"


class CohortException(NamedTuple):
    """A patient who is in although a rule excludes."""

    patient_id: str
    code: str
    evidence: str
    reason: str


class TableLine(NamedTuple):
    """One line of a summary table, as printed."""

    label: str
    statistic: str
    figures: tuple[str, ...]
    differs: tuple[bool, ...]
    """Which of the figures differ from the source's."""
    is_head: bool


@dataclass(frozen=True, slots=True)
class TableView:
    """One summary table."""

    title: str
    source: str
    header: tuple[str, ...]
    lines: tuple[TableLine, ...]
    notes: tuple[str, ...]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortPage:
    """Everything that the page shows."""

    title: str
    description: str
    rules: str
    source_note: str
    """A warning about what the files hold; empty when there is none."""
    flow: Flow
    exceptions: Sequence[CohortException]
    unneeded: Sequence[tuple[str, str]]
    """Patient and code of exceptions that changed nothing."""
    tables: Sequence[TableView]
    no_table: Sequence[str]
    """Why a table was not made."""
    problems: Sequence[tuple[str, int]]
    """Code and how often, the most frequent first."""
    files: Sequence[str]


class CohortSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Who is in a cohort, in counts only: no patient is named."""

    title: str
    description: str
    rules: str
    """Name of the rules."""
    flow: Flow
    tables: tuple[TableView, ...]
