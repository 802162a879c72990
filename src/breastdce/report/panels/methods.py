"""The methods paragraph, ready to paste into a paper."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.view import ExamView


def render(view: ExamView) -> Markup:
    software = f" Software: {view.made_by}." if view.made_by else ""
    return fill("methods.html", words=view.methods + software)


PANEL = Panel("methods", "Methods text", ("methods",), "No methods paragraph is recorded.", render)
