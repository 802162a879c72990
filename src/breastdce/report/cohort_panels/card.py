"""The data set in a few facts, and its files."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.report.cohort_panels._contract import CohortPanel
from breastdce.report.dataset_view import CohortView
from breastdce.report.html import fill


def render(view: CohortView) -> Markup:
    return fill("dataset/card.html", facts=view.facts, files=view.files)


PANEL = CohortPanel("card", "Data set card", ("files",), "", render)
