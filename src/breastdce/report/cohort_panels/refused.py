"""Exams that were found and are not in the data set."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.core.codes import ExamCode
from breastdce.report.cohort_panels._contract import CohortPanel
from breastdce.report.dataset_view import CohortView
from breastdce.report.html import fill
from breastdce.report.words import explain

_SHOWN = 200


def render(view: CohortView) -> Markup:
    refused = [entry for entry in view.exclusions if entry.code in ExamCode.__members__]
    if not refused:
        return Markup('<p class="absent">No exam was refused.</p>')
    return fill(
        "dataset/refused.html",
        refused=[(entry, *explain(entry.code)) for entry in refused[:_SHOWN]],
        more=max(0, len(refused) - _SHOWN),
    )


PANEL = CohortPanel(
    "refused", "Exams found and refused", ("exclusions",), "No exam was refused.", render
)
