"""The distributions of many measures as one drawing for a paper: small panels in rows."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from markupsafe import Markup

from breastdce.report.dataset_view import Measure
from breastdce.report.spread_chart import Frame, spread_marks
from breastdce.report.words import figure

_COLUMNS = 3
_WIDTH, _HEIGHT = 240.0, 128.0
_GAP = 14.0
_TITLE_CHARS = 34
_TOP = 28.0


def spread_sheet(title: str, measures: Sequence[Measure]) -> Markup:
    """Draw measures that vary, at least one; the title is not drawn but read aloud."""
    rows = -(-len(measures) // _COLUMNS)
    panels = Markup("").join(
        _panel(measure, *divmod(n, _COLUMNS)) for n, measure in enumerate(measures)
    )
    return Markup(
        '<svg class="sheet" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    ).format(
        f"{_COLUMNS * (_WIDTH + _GAP) + _GAP:g}",
        f"{rows * (_HEIGHT + _GAP) + _GAP:g}",
        f"Distributions: {title}",
        panels,
    )


def _panel(measure: Measure, row: int, column: int) -> Markup:
    x = _GAP + column * (_WIDTH + _GAP)
    y = _GAP + row * (_HEIGHT + _GAP)
    found = measure.spread
    unit = f", {measure.unit}" if measure.unit else ""
    name = textwrap.shorten(measure.long_name, _TITLE_CHARS - len(unit), placeholder="…")
    note = f"n = {found.n}" + (", log scale" if found.on_log else "")
    base = y + _HEIGHT - 8
    return Markup(
        '<text class="head" x="{x}" y="{}">{}</text><text class="note" x="{x}" y="{}">{}</text>{}'
        '<text class="start count" x="{x}" y="{b}">{}</text>'
        '<text class="end count" x="{}" y="{b}">{}</text>'
    ).format(
        f"{y + 12:g}",
        f"{name}{unit}",
        f"{y + 25:g}",
        note,
        spread_marks(found, measure.values, Frame(x, y + _TOP, _WIDTH, _HEIGHT - _TOP - 22)),
        figure(found.low),
        f"{x + _WIDTH:g}",
        figure(found.high),
        x=f"{x:g}",
        b=f"{base:g}",
    )
