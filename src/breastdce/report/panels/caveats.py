"""The known limits of this exam's results, in plain words."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.view import ExamView
from breastdce.report.words import fact


def render(view: ExamView) -> Markup:
    caveats = [
        (
            caveat.code.value,
            caveat.code.meaning,
            caveat.code.remedy,
            [fact(key, value) for key, value in caveat.detail.items()],
        )
        for caveat in view.caveats
    ]
    return fill("caveats.html", caveats=caveats)


PANEL = Panel(
    "caveats",
    "Caveats",
    ("caveats",),
    "No caveat was raised: nothing unusual was seen in the headers, the grid or the measurements.",
    render,
)
