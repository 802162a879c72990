"""Tables 1 and 2: the cohort's own, or what the table of exams can say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from markupsafe import Markup

from breastdce.report.cohort_panels._contract import CohortPanel
from breastdce.report.cohort_view import TableLine, TableView
from breastdce.report.dataset_view import CohortView, median_words
from breastdce.report.html import fill
from breastdce.report.view import ExamLine
from breastdce.report.words import number, share, text

_NUMBERS = (
    ("FTV (mL)", "ftv_ml", 2),
    ("STV (mL)", "stv_ml", 2),
    ("Phases", "n_phases", 0),
)
_COUNTS = (("Region of interest", "voi"), ("Best STV", "stv_source"), ("Visit", "session_id"))
_NOTES = (
    "From exams.tsv. The command “breastdce cohort”, with a clinical table, makes the tables of a "
    "study; “breastdce report OUT --cohort COHORT” puts them here.",
)


def render(view: CohortView) -> Markup:
    """The cohort's tables; those that it lacks from the table of exams, Table 1 first."""
    own = () if view.cohort is None else view.cohort.tables
    made = _of_exams(view.exams)[: max(0, 2 - len(own))]
    return fill("dataset/tables.html", tables=(*made, *own))


def _of_exams(exams: Sequence[ExamLine]) -> tuple[TableView, ...]:
    return (
        _table("Table 1. Exams by maker of the scanner", exams, _characteristics),
        _table("Table 2. Scanners", exams, _scanners),
    )


def _table(title: str, exams: Sequence[ExamLine], lines: object) -> TableView:
    assert callable(lines)  # noqa: S101
    makers = sorted({text(line.row, "manufacturer") for line in exams})
    groups = [exams, *([e for e in exams if text(e.row, "manufacturer") == m] for m in makers)]
    return TableView(
        title=title,
        source="",
        header=("Characteristic", "Statistic", "All", *makers),
        lines=tuple(lines(groups)),
        notes=_NOTES if title.startswith("Table 1") else (),
        files=(),
    )


def _characteristics(groups: list[Sequence[ExamLine]]) -> Iterator[TableLine]:
    yield _line("Exams", "n", [str(len(group)) for group in groups])
    people = [len({text(line.row, "participant_id") for line in group}) for group in groups]
    yield _line("Participants", "n", [str(count) for count in people])
    for label, column, digits in _NUMBERS:
        cells = [[number(line.row, column) for line in group] for group in groups]
        values = [np.array([cell for cell in row if cell is not None]) for row in cells]
        words = [median_words(row, digits) for row in values]
        yield _line(label, "median (quartiles)", words)
    for label, column in _COUNTS:
        yield from _shares(label, column, groups)


def _scanners(groups: list[Sequence[ExamLine]]) -> Iterator[TableLine]:
    yield from _shares("Model", "manufacturer_model", groups)
    yield from _shares("Field strength, T", "field_strength_t", groups)


def _shares(label: str, column: str, groups: list[Sequence[ExamLine]]) -> Iterator[TableLine]:
    yield TableLine(label, "", ("",) * len(groups), (False,) * len(groups), True)
    for level in sorted({text(line.row, column) for line in groups[0]}):
        counts = [sum(text(line.row, column) == level for line in group) for group in groups]
        words = [f"{n} ({share(n, len(g))})" for n, g in zip(counts, groups, strict=True)]
        yield _line(level, "n (% of column)", words)


def _line(label: str, statistic: str, words: list[str]) -> TableLine:
    return TableLine(label, statistic, tuple(words), (False,) * len(words), False)


PANEL = CohortPanel("tables", "Tables 1 and 2", ("exams",), "", render)
