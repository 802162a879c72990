"""Points over an axis of numbers or of names, as SVG of our own; each says what it is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup

from breastdce.report.chart import nice_ticks
from breastdce.report.words import decimal

_WIDTH, _HEIGHT = 640.0, 320.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 78.0, 20.0, 16.0, 50.0
_HALF_MARK = 14.0  # of the short line that stands for a median
_SPREAD = 0.5  # width in which points of one name are spread, in steps of the axis
_LINE = 16.0  # height of a row of words
_GOLDEN = 0.618034  # multiples of it fall evenly between 0 and 1, whatever their number


class Dot(NamedTuple):
    """One exam."""

    x: float
    y: float
    label: str
    """What a pointer over it reads."""


class Level(NamedTuple):
    """A horizontal line."""

    y: float
    words: str


class Strip(NamedTuple):
    """The points above one name."""

    name: str
    dots: tuple[tuple[float, str], ...]
    """Value and label of each."""
    median: float


class _Frame(NamedTuple):
    """What the drawing encloses."""

    x: tuple[float, float]
    y: tuple[float, float]

    def place(self, x: float, y: float) -> tuple[float, float]:
        along = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        return (
            _LEFT + along * (_WIDTH - _LEFT - _RIGHT),
            _HEIGHT - _BOTTOM - up * (_HEIGHT - _TOP - _BOTTOM),
        )


def scatter_chart(
    dots: Sequence[Dot], levels: Sequence[Level], *, x_title: str, y_title: str, alt: str
) -> Markup:
    """Draw points, at least one, and horizontal lines; the horizontal axis starts at 0."""
    heights = [dot.y for dot in dots] + [level.y for level in levels]
    x_ticks = nice_ticks(0.0, max(dot.x for dot in dots))
    y_ticks = nice_ticks(min(0.0, *heights), max(0.0, *heights))
    frame = _Frame((0.0, x_ticks[-1]), (y_ticks[0], y_ticks[-1]))
    named = [(tick, _label(tick)) for tick in x_ticks]
    lines = Markup("").join(_levels(frame, levels))
    return _drawn(frame, y_ticks, named, lines + _dots(frame, dots), (x_title, y_title), alt)


def strip_chart(strips: Sequence[Strip], *, y_title: str, alt: str) -> Markup:
    """Draw values from 0 to 1 above their names, and the median of each name as a short line."""
    frame = _Frame((-0.5, len(strips) - 0.5), (0.0, 1.0))
    dots = [
        Dot(place + (number * _GOLDEN % 1 - 0.5) * _SPREAD, value, label)
        for place, strip in enumerate(strips)
        for number, (value, label) in enumerate(strip.dots, 1)
    ]
    named = [
        (float(place), f"{strip.name} ({len(strip.dots)})") for place, strip in enumerate(strips)
    ]
    marks = Markup("").join(
        Markup('<path class="median" d="M{} {}h{}"/>').format(
            f"{x - _HALF_MARK:.1f}", f"{y:.1f}", f"{2 * _HALF_MARK:g}"
        )
        for x, y in (frame.place(n, strip.median) for n, strip in enumerate(strips))
    )
    ticks = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    return _drawn(frame, ticks, named, _dots(frame, dots) + marks, ("", y_title), alt)


def _drawn(
    frame: _Frame,
    y_ticks: Sequence[float],
    x_ticks: Sequence[tuple[float, str]],
    inside: Markup,
    titles: tuple[str, str],
    alt: str,
) -> Markup:
    rows = Markup("").join(_row(frame, tick) for tick in y_ticks)
    columns = Markup("").join(_column(frame, tick, name) for tick, name in x_ticks)
    return Markup(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}'
        '<text class="title" x="{}" y="{}">{}</text>'
        '<text class="title" transform="translate(14 {}) rotate(-90)">{}</text></svg>'
    ).format(
        f"{_WIDTH:g}",
        f"{_HEIGHT:g}",
        alt,
        rows,
        columns,
        inside,
        f"{(_LEFT + _WIDTH - _RIGHT) / 2:g}",
        f"{_HEIGHT - 8:g}",
        titles[0],
        f"{(_TOP + _HEIGHT - _BOTTOM) / 2:g}",
        titles[1],
    )


def _row(frame: _Frame, tick: float) -> Markup:
    return Markup(
        '<path class="{}" d="M{} {y}H{}"/><text class="end" x="{}" y="{y}" dy=".35em">{}</text>'
    ).format(
        "zero" if tick == 0 else "grid",
        f"{_LEFT:g}",
        f"{_WIDTH - _RIGHT:g}",
        f"{_LEFT - 8:g}",
        _label(tick),
        y=f"{frame.place(frame.x[0], tick)[1]:.1f}",
    )


def _column(frame: _Frame, tick: float, name: str) -> Markup:
    base = _HEIGHT - _BOTTOM
    return Markup('<path class="grid" d="M{x} {}v5"/><text x="{x}" y="{}">{}</text>').format(
        f"{base:g}", f"{base + 20:g}", name, x=f"{frame.place(tick, frame.y[0])[0]:.1f}"
    )


def _levels(frame: _Frame, levels: Sequence[Level]) -> Iterator[Markup]:
    """Lines, the highest first; words stand above theirs, those that would overlap in one row."""
    rows: list[tuple[float, list[str]]] = []
    last = -math.inf
    for level in sorted(levels, key=lambda level: -level.y):
        y = frame.place(frame.x[0], level.y)[1]
        yield Markup('<path class="used" d="M{} {}H{}"/>').format(
            f"{_LEFT:g}", f"{y:.1f}", f"{_WIDTH - _RIGHT:g}"
        )
        if y - last < _LINE:
            rows[-1][1].append(level.words)
        else:
            rows.append((y, [level.words]))
        last = y
    for y, words in rows:
        yield Markup('<text class="end" x="{}" y="{}" dy="-5">{}</text>').format(
            f"{_WIDTH - _RIGHT:g}", f"{y:.1f}", " \N{MIDDLE DOT} ".join(words)
        )


def _dots(frame: _Frame, dots: Sequence[Dot]) -> Markup:
    return Markup("").join(
        Markup('<circle class="dot" cx="{}" cy="{}" r="3.5"><title>{}</title></circle>').format(
            f"{x:.1f}", f"{y:.1f}", dot.label
        )
        for dot, (x, y) in ((dot, frame.place(dot.x, dot.y)) for dot in dots)
    )


def _label(value: float) -> str:
    digits = next((n for n in range(3) if round(value, n) == round(value, 9)), 3)
    return decimal(value, digits)
