"""What the page of a cohort shows, from the cohort's own records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from breastdce.cohort.summary import Line, Summary, full_header, full_line
from breastdce.report.cohort_view import (
    CohortException,
    CohortPage,
    CohortSummary,
    Flow,
    FlowStep,
    TableLine,
    TableView,
)
from breastdce.run.cohort_tables import Cohort

PRIVATE = (
    "Patients are named as in the table of exams, which is the scanner's own: these files are not "
    "for sharing."
)
SUMMARY = "summary.json"
"""Counts of a cohort, for the page of a data set."""
_NO_VALUE = "n/a"


def flow_of(cohort: Cohort) -> Flow:
    """The selection as it is drawn."""
    ledger = cohort.ledger
    return Flow(
        title=cohort.book.title,
        start=ledger.start,
        reference=cohort.book.reference,
        steps=tuple(
            FlowStep(
                code=step.rule.code.value,
                meaning=step.rule.code.meaning,
                label=step.rule.label,
                excluded=step.excluded,
                kept=step.kept,
                remaining=step.remaining,
                reference=step.rule.reference,
            )
            for step in ledger.steps
        ),
        end=len(ledger.included),
    )


def cohort_page(cohort: Cohort, flow: Flow, files: Sequence[str]) -> CohortPage:
    """Everything that the page shows; `files` lie beside it."""
    tables = [("table1", cohort.table1), ("table2", cohort.table2)]
    return CohortPage(
        title=cohort.book.title,
        description=cohort.book.description,
        rules=cohort.book.name,
        source_note=PRIVATE if cohort.is_private else "",
        flow=flow,
        exceptions=[
            CohortException(entry.patient_id, entry.code.value, entry.evidence, entry.reason)
            for entry in cohort.ledger.kept
        ],
        unneeded=[(patient, code.value) for patient, code in cohort.ledger.unneeded],
        tables=[_view(name, table) for name, table in tables if table is not None],
        no_table=[] if cohort.table1 is not None else [_why_no_table(cohort)],
        problems=Counter(problem.code.value for problem in cohort.problems).most_common(),
        files=files,
    )


def cohort_summary(page: CohortPage) -> CohortSummary:
    """The part of the page that names nobody."""
    return CohortSummary(
        title=page.title,
        description=page.description,
        rules=page.rules,
        flow=page.flow,
        tables=tuple(page.tables),
    )


def _why_no_table(cohort: Cohort) -> str:
    if cohort.book.table1 is None:
        return "No table of characteristics: the rules name none."
    return "No table of characteristics: no clinical table was given."


def _view(name: str, table: Summary) -> TableView:
    return TableView(
        title=table.title,
        source=table.source if table.compared else "",
        header=full_header(table),
        lines=tuple(_line(table, line) for line in table.lines),
        notes=table.notes,
        files=(f"{name}.csv", f"{name}.xlsx"),
    )


def _line(table: Summary, line: Line) -> TableLine:
    words, figures = full_line(table, line)
    shown = tuple(_NO_VALUE if figure is None else str(figure) for figure in figures)
    # Marked where the difference stands: ours and the source's figure stay plain.
    first = len(figures) - len(table.compared)
    marks = tuple(place >= first and bool(figure) for place, figure in enumerate(figures))
    return TableLine(*words, shown, marks, line.is_head)
