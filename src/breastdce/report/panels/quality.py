"""Measures of image quality: value, direction, what is out of bounds, and the cohort's own spread.

Where `reports["quality_cohort"]` holds {"n_exams": n, "percentiles": {column of quality.tsv:
percent of the exams at or below}}, of at least five exams, a value says where this exam stands.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.view import ExamView, QualityLine
from breastdce.report.words import NOT_AVAILABLE, decimal

_GOOD = {
    "high": "higher is better",
    "low": "lower is better",
    "near 1": "near 1 is better",
    "neither": "describes, does not judge",
}
_LEAST_EXAMS = 5
_DIGITS = 3  # figures that are shown of a value


class _Cell(NamedTuple):
    value: str
    why: str
    """Why there is no value."""
    flag: str
    """What is wrong with it, in words; empty where nothing is."""
    place: str
    """Percentile among the exams; empty where that is not known."""


class _Row(NamedTuple):
    name: str
    title: str
    unit: str
    good: str
    formula: str
    source: str
    bounds: str
    cells: list[_Cell]


def render(view: ExamView) -> Markup:
    cohort = view.reports.get("quality_cohort")
    return quality_markup(view.quality, view.phase_indices, len(view.phases), cohort)


def quality_markup(
    lines: Sequence[QualityLine], phase_indices: Sequence[int], n_phases: int, cohort: object
) -> Markup:
    """Tables of the measures of the exam and of its phases.

    Needs no image, so that a page can be told the places of its exam among the others when these
    are known; `cohort` is what `reports["quality_cohort"]` holds, or None.
    """
    n_exams, places = _cohort(cohort)
    images = {phase: image for image, phase in reversed(list(enumerate(phase_indices)))}
    rows = [_row(line, places, images) for line in lines]
    per_phase = {line.name for line in lines if line.per_phase}
    return fill(
        "quality.html",
        exam_rows=[row for row in rows if row.name not in per_phase],
        phase_rows=[row for row in rows if row.name in per_phase],
        phases=[_phase(index, images.get(index)) for index in range(n_phases)],
        flagged=_flagged(rows),
        n_exams=n_exams,
    )


def _row(line: QualityLine, places: Mapping[str, float], images: Mapping[int, int]) -> _Row:
    columns = [
        f"{line.name}_{images.get(index, 'none')}" if line.per_phase else line.name
        for index in range(len(line.values))
    ]
    cells = [_cell(line, n, places.get(column)) for n, column in enumerate(columns)]
    return _Row(
        line.name,
        line.title,
        line.unit,
        _GOOD.get(line.good, line.good),
        line.formula,
        line.source,
        _bounds(line),
        cells,
    )


def _cell(line: QualityLine, index: int, place: float | None) -> _Cell:
    value = line.values[index]
    flag = ""
    if value is not None and line.flagged[index]:
        flag = "too low" if line.low is not None and value < line.low else "too high"
    return _Cell(
        NOT_AVAILABLE if value is None else _shown(value),
        line.reasons[index],
        flag,
        "" if place is None else f"P{place:.0f}",
    )


def _shown(value: float) -> str:
    """Three figures, no exponent; one figure of what would else be shown as 0."""
    size = abs(value)
    if 0 < size < 10**-_DIGITS:
        return decimal(value, math.ceil(-math.log10(size)))
    digits = next((n for n in range(_DIGITS) if size >= 10 ** (_DIGITS - 1 - n)), _DIGITS)
    return decimal(value, 0 if value == int(value) else digits)


def _bounds(line: QualityLine) -> str:
    low = [] if line.low is None else [f"below {line.low:g}"]
    high = [] if line.high is None else [f"above {line.high:g}"]
    return " or ".join([*low, *high]) or "never"


def _flagged(rows: Sequence[_Row]) -> list[str]:
    return [row.title for row in rows if any(cell.flag for cell in row.cells)]


def _phase(index: int, image: int | None) -> str:
    names = ("pre", "early", "late")
    return f"Phase {index}" if image is None else f"Phase {index} ({names[image]})"


def _cohort(told: object) -> tuple[int, Mapping[str, float]]:
    """Number of exams and percentile by column; nothing where there are too few."""
    if not isinstance(told, Mapping) or int(told["n_exams"]) < _LEAST_EXAMS:
        return 0, {}
    return int(told["n_exams"]), told["percentiles"]


PANEL = Panel(
    "quality",
    "Image quality",
    ("quality",),
    "The recipe has no step that measures image quality.",
    render,
)
