"""The first page of a data set: all exams, and what can be said of them together.

One HTML file; of the folder beside it only thumbnails are loaded, each when it is seen.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

from breastdce.core.catalog import Catalog
from breastdce.core.codes import ExamCode
from breastdce.core.counted import counted
from breastdce.report.cohort_panels._contract import CohortPanel
from breastdce.report.dataset_view import CohortView
from breastdce.report.html import fill, policy, source
from breastdce.report.words import items, number, text

PANELS: Catalog[CohortPanel] = Catalog("breastdce.report.cohort_panels", "PANEL", CohortPanel)
STYLES = ("style.css", "flow.css", "cohort.css", "dataset.css")
SCRIPT = "index.js"
_LARGE = 100
"""Exams from which on the browser lays out only what is on the screen."""


def render_index(view: CohortView) -> str:
    """Write the page, to be stored as `report/index.html`.

    Panels and their order are those of cohort_report.toml. Equal views give equal text.
    """
    style, script = "".join(source(name) for name in STYLES), source(SCRIPT)
    return fill(
        "index.html",
        title=view.dataset,
        style=style,
        script=script,
        policy=policy(style, script),
        tiles=_tiles(view),
        recipe=view.recipe,
        is_large=len(view.exams) > _LARGE,
        sections=[(panel, panel.show(view)) for panel in _panels() if panel.belongs(view)],
    )


def render_figures(view: CohortView) -> Mapping[str, bytes]:
    """Figures of all panels by file name, to be stored in `report/figures/`."""
    made: dict[str, bytes] = {}
    for panel in _panels():
        if panel.is_filled(view):
            made.update(panel.figures(view))
    return made


def _panels() -> list[CohortPanel]:
    return [PANELS.get(name) for name in tomllib.loads(source("cohort_report.toml"))["panels"]]


def _tiles(view: CohortView) -> list[tuple[str, str, str]]:
    participants = {text(line.row, "participant_id") for line in view.exams}
    refused = sum(entry.code in ExamCode.__members__ for entry in view.exclusions)
    with_stv = sum(number(line.row, "stv_ml") is not None for line in view.exams)
    clean = sum(not items(line.row, "caveats") for line in view.exams)
    return [
        ("Exams", str(len(view.exams)), f"of {counted(len(participants), 'participant')}"),
        ("Refused", str(refused), "exams found and not in the data set"),
        ("With STV", str(with_stv), "exams with a structural tumor volume"),
        ("No caveat", str(clean), "exams without any caveat"),
        ("Lie apart", str(len(view.apart)), "exams with a measure far from the others"),
    ]
