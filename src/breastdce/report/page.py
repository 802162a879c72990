"""The page of one exam. One HTML file, nothing fetched."""

from __future__ import annotations

import tomllib

from breastdce.core.catalog import Catalog
from breastdce.report.html import fill, policy, source
from breastdce.report.panels._contract import Panel
from breastdce.report.view import ExamView
from breastdce.report.words import number, text

PANELS: Catalog[Panel] = Catalog("breastdce.report.panels", "PANEL", Panel)
_STYLE = "style.css"


def render_exam(view: ExamView) -> str:
    """Write the page of one exam, to be stored as `report/exams/<exam>.html`.

    Panels and their order are those of report.toml. Equal views give equal text.
    """
    panels = [PANELS.get(name) for name in tomllib.loads(source("report.toml"))["panels"]]
    style = source(_STYLE)
    return fill(
        "exam.html",
        title=view.exam,
        style=style,
        policy=policy(style, None),
        lead=_lead(view),
        sections=[(panel, panel.show(view)) for panel in panels if panel.belongs(view)],
    )


def _lead(view: ExamView) -> str:
    row = view.row
    field = number(row, "field_strength_t")
    words = [text(row, "manufacturer"), text(row, "manufacturer_model")]
    words += [] if field is None else [f"{field:g} T"]
    return " · ".join([" ".join(words), f"{len(view.phases)} phases", _caveat_count(view)])


def _caveat_count(view: ExamView) -> str:
    count = len(view.caveats)
    return "no caveats" if count == 0 else f"{count} caveat{'s' * (count > 1)}"
