"""Every measure of the data set: how its values are spread, and the exams that lie apart."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from breastdce.report.cohort_panels._contract import CohortPanel, Figures
from breastdce.report.dataset_view import CohortView, Measure, MeasureTable
from breastdce.report.html import fill
from breastdce.report.spread_chart import spread_row
from breastdce.report.spread_sheet import spread_sheet
from breastdce.report.statistics.spread import LEAST_EXAMS
from breastdce.report.svg_file import svg_file
from breastdce.report.view import ExamLine
from breastdce.report.words import decimal, figure

_LINKS = 6
_OPEN = 60  # measures; longer tables are folded


def render(view: CohortView) -> Markup:
    return fill(
        "dataset/distributions.html",
        tables=[_table(table, view.exams) for table in view.all_tables],
        least=LEAST_EXAMS,
    )


def figures(view: CohortView) -> Figures:
    """One sheet for each table but the radiomic features, whose hundreds fill no page."""
    made = {}
    for table in view.tables:
        shown = [m for m in table.measures if m.spread.n and not m.spread.is_constant]
        if shown:
            name = table.file.rsplit("/", 1)[-1].removesuffix(".tsv")
            made[f"distributions-{name}.svg"] = svg_file(spread_sheet(table.title, shown))
    return made


def _table(table: MeasureTable, exams: Sequence[ExamLine]) -> dict[str, object]:
    measures = table.measures
    shown = [m for m in measures if m.spread.n and not m.spread.is_constant]
    constant = [
        f"{m.long_name} {figure(m.spread.median)}" for m in measures if m.spread.is_constant
    ]
    return {
        "title": table.title,
        "file": table.file,
        "count": len(measures),
        "apart": sum(bool(m.spread.outliers) for m in measures),
        "is_open": len(measures) <= _OPEN,
        "rows": [_row(m, exams) for m in shown],
        "constant": ", ".join(constant),
        "empty": ", ".join(m.long_name for m in measures if not m.spread.n),
    }


def _row(measure: Measure, exams: Sequence[ExamLine]) -> dict[str, object]:
    found = measure.spread
    return {
        "name": measure.long_name,
        "unit": measure.unit,
        "description": measure.description,
        "good": measure.good if measure.good != "neither" else "",
        "on_log": found.on_log,
        "n": found.n,
        "missing": found.missing,
        "median": figure(found.median),
        "quartiles": f"{figure(found.q1)} to {figure(found.q3)}",
        "range": f"{figure(found.low)} to {figure(found.high)}",
        "chart": spread_row(found, measure.values, alt=f"Distribution of {measure.long_name}"),
        "links": [
            (
                exams[outlier.place].exam,
                exams[outlier.place].link,
                f"{figure(outlier.value)}, robust z {decimal(outlier.z, 1)}",
            )
            for outlier in found.outliers[:_LINKS]
        ],
        "more": max(0, len(found.outliers) - _LINKS),
    }


PANEL = CohortPanel(
    "distributions", "Distributions", ("tables",), "There is no measure.", render, figures
)
