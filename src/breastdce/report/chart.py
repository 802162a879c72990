"""Charts as SVG of our own: the time curve, the share bar, the scale of the PE ramp."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from breastdce.report.color import PE_TOP_PERCENT, pe_ramp
from breastdce.report.words import decimal, share

_WIDTH, _HEIGHT = 640.0, 300.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 62.0, 20.0, 16.0, 50.0
_NAMES_RIGHT = 84.0  # room for names at the ends of lines
_NAME_STEP = 15.0
_TICKS = 5
# A first phase farther off than this many spans of the others is moved nearer.
_BREAK_SPANS = 2.0
_BROKEN_SPANS = 0.5


_Spot = tuple[float, float]


class Point(NamedTuple):
    """One phase in the time curve."""

    x: float
    """Seconds, or the number of the phase where times are unknown."""
    percent: float
    label: str
    """What a pointer over the point reads."""


class Beside(NamedTuple):
    """A further, thinner line of a time curve, named at its end."""

    name: str
    css: str
    percents: tuple[float, ...]
    """One for each point."""


class Part(NamedTuple):
    """One part of a share bar."""

    name: str
    css: str
    value: float


def time_curve(
    points: Sequence[Point],
    *,
    x_title: str,
    y_title: str,
    alt: str,
    beside: Sequence[Beside] = (),
) -> Markup:
    """Draw points in order of time, joined by lines; the axes start where the data do.

    A pre-contrast phase long before the others would squeeze them together: it is drawn nearer,
    the axis is broken visibly, and its own time stands below it.
    """
    shown = _draw_near([point.x for point in points])
    values = [point.percent for point in points]
    heights = [*values, *(percent for line in beside for percent in line.percents)]
    y_ticks = nice_ticks(min(0.0, *heights), max(0.0, *heights))
    right = _NAMES_RIGHT if beside else _RIGHT
    x_low, x_high = min(shown), max(*shown, min(shown) + 1.0)
    pad = 0.04 * (x_high - x_low)

    def place(x: float, y: float) -> tuple[float, float]:
        along = (x - x_low + pad) / (x_high - x_low + 2 * pad)
        up = (y - y_ticks[0]) / (y_ticks[-1] - y_ticks[0])
        return (
            _LEFT + along * (_WIDTH - _LEFT - right),
            _HEIGHT - _BOTTOM - up * (_HEIGHT - _TOP - _BOTTOM),
        )

    spots = [place(x, y) for x, y in zip(shown, values, strict=True)]
    return Markup(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}{}{}</svg>'
    ).format(
        f"{_WIDTH:g}",
        f"{_HEIGHT:g}",
        alt,
        _grid_lines([(place(x_low, tick)[1], tick) for tick in y_ticks]),
        _x_labels(spots, [point.x for point in points]),
        _break_mark(spots) if shown[0] != points[0].x else "",
        _titles(x_title, y_title),
        _beside(beside, shown, place) + _curve(spots, points),
    )


def _beside(
    lines: Sequence[Beside], shown: Sequence[float], place: Callable[[float, float], _Spot]
) -> Markup:
    """Thin lines with their names to the right of their ends, moved apart where they meet."""
    ends = {line.name: place(shown[-1], line.percents[-1])[1] for line in lines}
    names = _apart(ends)
    parts = Markup("")
    for line in lines:
        spots = [place(x, y) for x, y in zip(shown, line.percents, strict=True)]
        parts += Markup(
            '<path class="beside {}" d="M{}"/><text class="start" x="{:.1f}" y="{:.1f}" dy=".35em">'
            "{}</text>"
        ).format(
            line.css,
            "L".join(f"{x:.1f} {y:.1f}" for x, y in spots),
            *(spots[-1][0] + 10, names[line.name], line.name),
        )
    return parts


def _apart(heights: Mapping[str, float]) -> dict[str, float]:
    """Push names down until none covers the one above."""
    placed: dict[str, float] = {}
    lowest = -math.inf
    for name, y in sorted(heights.items(), key=lambda item: item[1]):
        lowest = max(y, lowest + _NAME_STEP)
        placed[name] = lowest
    over = max(0.0, lowest - (_HEIGHT - _BOTTOM))
    return {name: y - over for name, y in placed.items()}


def share_bar(parts: Sequence[Part], *, alt: str) -> Markup:
    """Draw parts of a whole as one bar with their percentages."""
    total = sum(part.value for part in parts)
    cells, left = Markup(""), 0.0
    for part in parts:
        width = _WIDTH * part.value / total if total else 0.0
        cells += Markup(
            '<g class="{}"><title>{} {}</title><rect x="{}" width="{}" height="26"/>{}</g>'
        ).format(
            part.css,
            part.name,
            share(part.value, total),
            f"{left:.2f}",
            f"{width:.2f}",
            _inside(share(part.value, total), left + width / 2, width),
        )
        left += width
    return Markup(
        '<svg class="sharebar" viewBox="0 0 {} 26" role="img" aria-label="{}">{}</svg>'
    ).format(f"{_WIDTH:g}", alt, cells)


def pe_scale(threshold_percent: float | None) -> Markup:
    """Draw the ramp of the PE maps with its ticks and, where known, the threshold of FTV."""
    ticks = [
        (
            percent / PE_TOP_PERCENT,
            f"≥\u2009{percent} %" if percent == PE_TOP_PERCENT else f"{percent} %",
        )
        for percent in range(0, int(PE_TOP_PERCENT) + 1, 100)
    ]
    shown = threshold_percent is not None and threshold_percent <= PE_TOP_PERCENT
    marks = [threshold_percent / PE_TOP_PERCENT] if shown and threshold_percent else []
    return ramp_scale(ticks, marks, alt="Color scale of percent enhancement")


def ramp_scale(ticks: Sequence[tuple[float, str]], marks: Sequence[float], *, alt: str) -> Markup:
    """Draw the ramp with labels and lines at places from 0 (its dark end) to 1."""
    width, count = 320.0, 64
    ramp = pe_ramp()
    cells = Markup("").join(
        Markup('<rect x="{}" width="{}" height="14" fill="#{}"/>').format(
            f"{index * width / count:.2f}",
            f"{width / count + 0.5:.2f}",
            bytes(ramp[round(255 * index / (count - 1))]).hex(),
        )
        for index in range(count)
    )
    words = Markup("").join(
        Markup('<text x="{}" y="30">{}</text>').format(f"{10 + place * width:.2f}", label)
        for place, label in ticks
    )
    lines = Markup("").join(
        Markup('<path class="mark" d="M{} -4v22"/>').format(f"{place * width:.2f}")
        for place in marks
    )
    return Markup(
        '<svg class="pescale" viewBox="-6 -4 366 38" role="img" aria-label="{}">'
        '<g transform="translate(10 0)">{}{}</g>{}</svg>'
    ).format(alt, cells, lines, words)


def nice_ticks(low: float, high: float) -> list[float]:
    """Evenly spaced round numbers that enclose [low, high], about five of them."""
    span = high - low if high > low else 1.0
    magnitude = 10.0 ** math.floor(math.log10(span / _TICKS))
    step = next(m * magnitude for m in (1, 2, 2.5, 5, 10) if m * magnitude * _TICKS >= span)
    first, last = math.floor(low / step), math.ceil((low + span) / step)
    return [index * step for index in range(first, last + 1)]


def _draw_near(times: Sequence[float]) -> list[float]:
    shown = list(times)
    span = shown[-1] - shown[1] if len(shown) > 2 else 0.0
    if span > 0 and shown[1] - shown[0] > _BREAK_SPANS * span:
        shown[0] = shown[1] - _BROKEN_SPANS * span
    return shown


def _grid_lines(ticks: Sequence[tuple[float, float]]) -> Markup:
    return Markup("").join(
        Markup(
            '<path class="{}" d="M{} {y}H{}"/><text class="end" x="{}" y="{y}" dy=".35em">{}</text>'
        ).format(
            "zero" if tick == 0 else "grid",
            f"{_LEFT:g}",
            f"{_WIDTH - _RIGHT:g}",
            f"{_LEFT - 8:g}",
            decimal(tick, 0 if float(tick).is_integer() else 1),
            y=f"{y:.1f}",
        )
        for y, tick in ticks
    )


def _x_labels(spots: Sequence[tuple[float, float]], values: Sequence[float]) -> Markup:
    base = _HEIGHT - _BOTTOM
    return Markup("").join(
        Markup('<path class="grid" d="M{x} {}v5"/><text x="{x}" y="{}">{}</text>').format(
            f"{base:g}", f"{base + 20:g}", decimal(value, 0), x=f"{x:.1f}"
        )
        for (x, _), value in zip(spots, values, strict=True)
    )


def _titles(x_title: str, y_title: str) -> Markup:
    middle = (_TOP + _HEIGHT - _BOTTOM) / 2
    return Markup(
        '<text class="title" x="{}" y="{}">{}</text>'
        '<text class="title" transform="translate(14 {}) rotate(-90)">{}</text>'
    ).format(
        f"{(_LEFT + _WIDTH - _RIGHT) / 2:g}", f"{_HEIGHT - 8:g}", x_title, f"{middle:g}", y_title
    )


def _curve(spots: Sequence[tuple[float, float]], points: Sequence[Point]) -> Markup:
    line = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in spots)
    dots = Markup("").join(
        Markup('<circle cx="{}" cy="{}" r="4.5"><title>{}</title></circle>').format(
            f"{x:.1f}", f"{y:.1f}", point.label
        )
        for (x, y), point in zip(spots, points, strict=True)
    )
    return Markup('<g class="curve"><path d="{}"/>{}</g>').format(line, dots)


def _break_mark(spots: Sequence[tuple[float, float]]) -> Markup:
    x = (spots[0][0] + spots[1][0]) / 2
    return Markup('<path class="break" d="M{} {y}l6 -12m4 12l6 -12"/>').format(
        f"{x - 8:.1f}", y=f"{_HEIGHT - _BOTTOM + 6:g}"
    )


def _inside(words: str, middle: float, width: float) -> Markup:
    if width < 52:
        return Markup("")  # does not fit; the legend has the number
    return Markup('<text x="{}" y="13" dy=".35em">{}</text>').format(f"{middle:.2f}", words)
