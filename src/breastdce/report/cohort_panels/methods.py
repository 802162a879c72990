"""How the data set was made, to be copied into a paper."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.report.cohort_panels._contract import CohortPanel
from breastdce.report.dataset_view import CohortView
from breastdce.report.html import fill


def render(view: CohortView) -> Markup:
    return fill("dataset/methods.html", methods=view.methods)


PANEL = CohortPanel("methods", "Methods", ("methods",), "No methods paragraph is recorded.", render)
