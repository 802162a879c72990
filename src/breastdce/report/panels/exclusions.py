"""What else was found in the study and why it was not used."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.view import ExamView
from breastdce.report.words import explain


def render(view: ExamView) -> Markup:
    rows = [(entry, *explain(entry.code)) for entry in view.exclusions]
    return fill("exclusions.html", rows=rows)


PANEL = Panel(
    "exclusions",
    "Found and not used",
    ("exclusions",),
    "Nothing was left out: every series of this study is a phase of the exam.",
    render,
)
