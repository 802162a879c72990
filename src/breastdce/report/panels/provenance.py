"""How the results were made: each step with its version and parameters."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.view import ExamView


def render(view: ExamView) -> Markup:
    return fill("provenance.html", made_by=view.made_by, steps=view.steps)


PANEL = Panel("provenance", "Provenance", ("steps",), "No step is recorded.", render)
