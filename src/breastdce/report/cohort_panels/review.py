"""Exams that lie apart from the others in most measures: where to look first."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.report.cohort_panels._contract import CohortPanel
from breastdce.report.dataset_view import CohortView
from breastdce.report.html import fill
from breastdce.report.words import decimal

_SHOWN = 15
_MEASURES = 5


def render(view: CohortView) -> Markup:
    ordered = sorted(view.apart.items(), key=lambda item: (-item[1], item[0]))
    rows = [
        (view.exams[place].exam, view.exams[place].link, count, _which(view, place))
        for place, count in ordered[:_SHOWN]
    ]
    return fill("dataset/review.html", rows=rows, more=max(0, len(ordered) - _SHOWN))


def _which(view: CohortView, place: int) -> str:
    found = [
        (outlier.z, measure.long_name)
        for table in view.tables
        for measure in table.measures
        for outlier in measure.spread.outliers
        if outlier.place == place
    ]
    found.sort(key=lambda item: -abs(item[0]))
    words = [f"{name} ({decimal(z, 1)})" for z, name in found[:_MEASURES]]
    left = len(found) - _MEASURES
    return "; ".join(words) + (f"; and {left} more" if left > 0 else "")


PANEL = CohortPanel(
    "review",
    "Exams that lie apart",
    ("apart",),
    "No exam lies apart from the others in any measure, or there are too few to tell.",
    render,
)
