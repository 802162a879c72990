"""The page of one exam. One HTML file, nothing fetched."""

from __future__ import annotations

import re
import tomllib
from concurrent.futures import ThreadPoolExecutor

from markupsafe import Markup

from breastdce.core.catalog import Catalog
from breastdce.core.counted import counted
from breastdce.report.html import fill, policy, source
from breastdce.report.panels._contract import Panel
from breastdce.report.standing import standing_markup
from breastdce.report.view import ExamView, StandingView
from breastdce.report.words import number, text

PANELS: Catalog[Panel] = Catalog("breastdce.report.panels", "PANEL", Panel)
_STYLE, _EXAM_SCRIPT = "style.css", "exam.js"
_PLACE = r'(<section id="{}" .*?</h2>\n).*?(\n</section>)'
"""Content of a section and what stands around it."""


def render_exam(view: ExamView, *, threads: int = 1) -> str:
    """Write the page of one exam, to be stored as `report/exams/<exam>.html`.

    Panels and their order are those of report.toml. Equal views give equal text, on any number
    of threads.
    """
    style, script = source(_STYLE), source(_EXAM_SCRIPT)
    panels = [panel for panel in _panels() if panel.belongs(view)]
    with ThreadPoolExecutor(threads) as pool:
        shown = list(pool.map(lambda panel: panel.show(view), panels))
    return fill(
        "exam.html",
        title=view.exam,
        style=style,
        script=script,
        policy=policy(style, script),
        lead=_lead(view),
        sections=list(zip(panels, shown, strict=True)),
    )


def wanted_images() -> frozenset[str]:
    """Fields of ExamView with 1 mm images that the panels of the page show."""
    return frozenset(name for panel in _panels() for name in panel.images)


def with_standing(page: str, standing: StandingView) -> str:
    """Write into a page of `render_exam` where its exam stands among the others.

    The rest of the page stays as it is, so that a whole data set's pages follow a new exam
    without a look at their images.
    """
    return with_section(page, "cohort", standing_markup(standing))


def with_section(page: str, name: str, content: Markup) -> str:
    """Replace the content of the section of one panel; a page without it stays as it is."""
    place = re.compile(_PLACE.format(name), re.DOTALL)
    return place.sub(lambda found: f"{found[1]}{content}{found[2]}", page, count=1)


def _panels() -> list[Panel]:
    return [PANELS.get(name) for name in tomllib.loads(source("report.toml"))["panels"]]


def _lead(view: ExamView) -> str:
    row = view.row
    field = number(row, "field_strength_t")
    words = [text(row, "manufacturer"), text(row, "manufacturer_model")]
    words += [] if field is None else [f"{field:g} T"]
    return " · ".join([" ".join(words), f"{len(view.phases)} phases", _caveat_count(view)])


def _caveat_count(view: ExamView) -> str:
    count = len(view.caveats)
    return "no caveats" if count == 0 else counted(count, "caveat")
