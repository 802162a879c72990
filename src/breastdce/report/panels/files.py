"""The exam's files, as links into the data set."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.view import ExamView

_ROOT = "../../"  # pages lie in report/exams


def render(view: ExamView) -> Markup:
    return fill("files.html", root=_ROOT, files=view.files)


PANEL = Panel("files", "Files", ("files",), "No file of this exam is listed.", render)
