"""Line charts as SVG of our own: several lines over one axis, one value of it marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from markupsafe import Markup

from breastdce.report.chart import nice_ticks
from breastdce.report.words import decimal

_LEFT, _RIGHT, _TOP, _BOTTOM = 62.0, 20.0, 30.0, 50.0


class Size(NamedTuple):
    """Width and height of a chart in its own units; it is scaled to the page."""

    width: float
    height: float


WHOLE = Size(640.0, 300.0)
SMALL = Size(330.0, 230.0)


class Line(NamedTuple):
    """One line; `css` gives its color and dashes."""

    css: str
    values: tuple[float, ...]
    """One for each place on the axis."""


class Axis(NamedTuple):
    """The horizontal axis."""

    title: str
    places: tuple[float, ...]
    """Rising, at least one."""
    marked: float | None = None
    """Place of the vertical line."""
    mark: str = ""
    """What stands above that line."""


def line_chart(
    axis: Axis, lines: Sequence[Line], *, y_title: str, alt: str, size: Size = WHOLE
) -> Markup:
    """Draw lines over an axis; the vertical axis starts at 0."""
    y_ticks = nice_ticks(0.0, max(0.0, *(max(line.values) for line in lines)))
    x_ticks = _ticks_within(axis.places)
    place = _placing(axis.places, y_ticks, size)
    parts = Markup("").join(_line(axis.places, line, place) for line in lines)
    return Markup(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}{}{}</svg>'
    ).format(
        f"{size.width:g}",
        f"{size.height:g}",
        alt,
        _rows(y_ticks, place, size),
        _columns(x_ticks, place, size),
        _mark(axis, place, size),
        _titles(axis.title, y_title, size),
        parts,
    )


def _ticks_within(places: Sequence[float]) -> list[float]:
    """Round numbers inside the axis, whole where all its places are."""
    whole = all(float(place).is_integer() for place in places)
    return [
        tick
        for tick in nice_ticks(places[0], places[-1])
        if places[0] <= tick <= places[-1] and (float(tick).is_integer() or not whole)
    ]


Placing = Callable[[float, float], tuple[float, float]]


def _placing(places: Sequence[float], y_ticks: Sequence[float], size: Size) -> Placing:
    span = (places[-1] - places[0]) or 1.0

    def place(x: float, y: float) -> tuple[float, float]:
        along, up = (x - places[0]) / span, y / y_ticks[-1]
        return (
            _LEFT + along * (size.width - _LEFT - _RIGHT),
            size.height - _BOTTOM - up * (size.height - _TOP - _BOTTOM),
        )

    return place


def _rows(ticks: Sequence[float], place: Placing, size: Size) -> Markup:
    return Markup("").join(
        Markup(
            '<path class="{}" d="M{} {y}H{}"/><text class="end" x="{}" y="{y}" dy=".35em">{}</text>'
        ).format(
            "zero" if tick == 0 else "grid",
            f"{_LEFT:g}",
            f"{size.width - _RIGHT:g}",
            f"{_LEFT - 8:g}",
            _label(tick),
            y=f"{place(0.0, tick)[1]:.1f}",
        )
        for tick in ticks
    )


def _columns(ticks: Sequence[float], place: Placing, size: Size) -> Markup:
    base = size.height - _BOTTOM
    return Markup("").join(
        Markup('<path class="grid" d="M{x} {}v5"/><text x="{x}" y="{}">{}</text>').format(
            f"{base:g}", f"{base + 20:g}", _label(tick), x=f"{place(tick, 0.0)[0]:.1f}"
        )
        for tick in ticks
    )


def _mark(axis: Axis, place: Placing, size: Size) -> Markup:
    if axis.marked is None:
        return Markup("")
    x = place(axis.marked, 0.0)[0]
    return Markup(
        '<path class="used" d="M{x:.1f} {}V{}"/><text class="{}" x="{x:.1f}" y="{}">{}</text>'
    ).format(
        f"{_TOP:g}",
        f"{size.height - _BOTTOM:g}",
        _anchor(x, size),
        f"{_TOP - 10:g}",
        axis.mark,
        x=x,
    )


def _anchor(x: float, size: Size) -> str:
    """Side of a label near an end of the axis, so that it stays in the picture."""
    if x < _LEFT + 50:
        return "start"
    return "end" if x > size.width - _RIGHT - 50 else "middle"


def _titles(x_title: str, y_title: str, size: Size) -> Markup:
    middle = (_TOP + size.height - _BOTTOM) / 2
    return Markup(
        '<text class="title" x="{}" y="{}">{}</text>'
        '<text class="title" transform="translate(14 {}) rotate(-90)">{}</text>'
    ).format(
        f"{(_LEFT + size.width - _RIGHT) / 2:g}",
        f"{size.height - 8:g}",
        x_title,
        f"{middle:g}",
        y_title,
    )


def _line(places: Sequence[float], line: Line, place: Placing) -> Markup:
    spots = [place(x, y) for x, y in zip(places, line.values, strict=True)]
    return Markup('<path class="line {}" d="M{}"/>').format(
        line.css, "L".join(f"{x:.1f} {y:.1f}" for x, y in spots)
    )


def _label(value: float) -> str:
    digits = next((n for n in range(3) if round(value, n) == round(value, 9)), 3)
    return decimal(value, digits)
