"""How a person looks at the masks and corrects them."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.view import ExamView


def render(view: ExamView) -> Markup:
    return fill("review.html", exam=view.exam, has_mask=view.stv is not None)


PANEL = Panel("review", "Review", (), "", render)
