"""Whole pages: one exam, and the index of the data set. One HTML file each, nothing fetched."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Sequence

from breastdce.core.catalog import Catalog
from breastdce.core.codes import ExamCode
from breastdce.core.counted import counted
from breastdce.report.html import fill, policy, source
from breastdce.report.panels._contract import Panel
from breastdce.report.standing import standing_markup
from breastdce.report.view import CohortView, ExamLine, ExamView, ExclusionView, StandingView
from breastdce.report.words import (
    decimal,
    explain,
    items,
    number,
    share,
    text,
    voi,
)

PANELS: Catalog[Panel] = Catalog("breastdce.report.panels", "PANEL", Panel)
_STYLE, _SCRIPT, _EXAM_SCRIPT = "style.css", "index.js", "exam.js"
_PLACE = re.compile(r'(<section id="cohort".*?</h2>\n).*?(\n</section>)', re.DOTALL)
"""Of the panel that `with_standing` fills."""


def render_exam(view: ExamView) -> str:
    """Write the page of one exam, to be stored as `report/exams/<exam>.html`.

    Panels and their order are those of report.toml. Equal views give equal text.
    """
    style, script = source(_STYLE), source(_EXAM_SCRIPT)
    return fill(
        "exam.html",
        title=view.exam,
        style=style,
        script=script,
        policy=policy(style, script),
        lead=_lead(view),
        sections=[(panel, panel.show(view)) for panel in _panels() if panel.belongs(view)],
    )


def wanted_images() -> frozenset[str]:
    """Fields of ExamView with 1 mm images that the panels of the page show."""
    return frozenset(name for panel in _panels() for name in panel.images)


def with_standing(page: str, standing: StandingView) -> str:
    """Write into a page of `render_exam` where its exam stands among the others.

    The rest of the page stays as it is, so that a whole data set's pages follow a new exam
    without a look at their images.
    """
    content = standing_markup(standing)
    return _PLACE.sub(lambda found: f"{found[1]}{content}{found[2]}", page, count=1)


def _panels() -> list[Panel]:
    return [PANELS.get(name) for name in tomllib.loads(source("report.toml"))["panels"]]


def render_index(view: CohortView) -> str:
    """Write the index of all exams, to be stored as `report/index.html`."""
    style, script = source(_STYLE), source(_SCRIPT)
    refused = [entry for entry in view.exclusions if entry.code in ExamCode.__members__]
    return fill(
        "index.html",
        title=view.dataset,
        style=style,
        script=script,
        policy=policy(style, script),
        tiles=_tiles(view, len(refused)),
        recipe=view.recipe,
        exams=[_index_row(line) for line in view.exams],
        refused=[(entry, *explain(entry.code)) for entry in refused],
        counts=_counts(view.exclusions),
        methods=view.methods,
    )


def _lead(view: ExamView) -> str:
    row = view.row
    field = number(row, "field_strength_t")
    words = [text(row, "manufacturer"), text(row, "manufacturer_model")]
    words += [] if field is None else [f"{field:g} T"]
    return " · ".join([" ".join(words), f"{len(view.phases)} phases", _caveat_count(view)])


def _caveat_count(view: ExamView) -> str:
    count = len(view.caveats)
    return "no caveats" if count == 0 else counted(count, "caveat")


def _tiles(view: CohortView, refused: int) -> list[tuple[str, str, str, str]]:
    participants = {text(line.row, "participant_id") for line in view.exams}
    with_stv = sum(number(line.row, "stv_ml") is not None for line in view.exams)
    clean = sum(not items(line.row, "caveats") for line in view.exams)
    return [
        ("Exams", str(len(view.exams)), "", f"of {counted(len(participants), 'participant')}"),
        ("Refused", str(refused), "", "exams found and not in the data set"),
        ("With STV", str(with_stv), "", "exams with a structural tumor volume"),
        ("No caveat", str(clean), "", "exams without any caveat"),
    ]


def _index_row(line: ExamLine) -> dict[str, object]:
    row = line.row
    ftv, field = number(row, "ftv_ml"), number(row, "field_strength_t")
    washout = number(row, "ser_washout_ml")
    return {
        "exam": line.exam,
        "link": line.link,
        "thumbnail": line.thumbnail,
        "scanner": f"{text(row, 'manufacturer')} {text(row, 'manufacturer_model')}",
        "field": "" if field is None else f"{field:g} T",
        "phases": text(row, "n_phases"),
        "ftv": (ftv, decimal(ftv)),
        "washout": (washout / ftv if washout is not None and ftv else None, share(washout, ftv)),
        "stv": (number(row, "stv_ml"), decimal(number(row, "stv_ml"))),
        "stv_source": text(row, "stv_source"),
        "voi": text(row, "voi"),
        "voi_words": voi(text(row, "voi")),
        "caveats": [(code, explain(code)[0]) for code in items(row, "caveats")],
    }


def _counts(exclusions: Sequence[ExclusionView]) -> list[tuple[str, int, str, str]]:
    """How often each code occurs, the most frequent first, with meaning and remedy."""
    total: Counter[str] = Counter()
    for entry in exclusions:
        total[entry.code] += entry.count
    ordered = sorted(total.items(), key=lambda item: (-item[1], item[0]))
    return [(code, number, *explain(code)) for code, number in ordered]
