"""Four lesions, small to large."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.report.case_list import case_list, case_sheet
from breastdce.report.cohort_panels._contract import CohortPanel, Figures
from breastdce.report.dataset_view import CohortView


def render(view: CohortView) -> Markup:
    return case_list(view.gallery, with_ser=True)


def figures(view: CohortView) -> Figures:
    return {"gallery.png": case_sheet(view.gallery)}


PANEL = CohortPanel(
    "gallery", "Lesions", ("gallery",), "No exam has a lesion to show.", render, figures
)
