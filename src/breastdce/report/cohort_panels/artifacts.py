"""Examples of artifacts: of each kind that was found, the exam that shows it most."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.report.case_list import case_list, case_sheet
from breastdce.report.cohort_panels._contract import CohortPanel, Figures
from breastdce.report.dataset_view import CohortView


def render(view: CohortView) -> Markup:
    return case_list(view.artifacts, narrow=True)


def figures(view: CohortView) -> Figures:
    return {"artifacts.png": case_sheet(view.artifacts)}


PANEL = CohortPanel("artifacts", "Artifacts", ("artifacts",), "", render, figures)
