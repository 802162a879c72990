"""Where the exam stands among the others; written when the whole data set is known."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.report.panels._contract import Panel
from breastdce.report.standing import standing_markup
from breastdce.report.view import ExamView


def render(view: ExamView) -> Markup:
    standing = view.standing
    if standing is None:  # the panel is then not rendered; see `needs`
        return Markup("")
    return standing_markup(standing)


PANEL = Panel(
    "cohort",
    "Among the other exams",
    ("standing",),
    "Not compared yet: the end of a run, or breastdce report, writes it here.",
    render,
)
