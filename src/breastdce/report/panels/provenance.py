"""How the results were made: a paragraph to cite, and each step with its parameters."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.view import ExamView


def render(view: ExamView) -> Markup:
    return fill("provenance.html", methods=view.methods, steps=view.steps)


PANEL = Panel("provenance", "Methods and provenance", ("steps",), "No step is recorded.", render)
