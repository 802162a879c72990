"""Values of many exams as SVG of our own: a small histogram with its box, boxes side by side.

However many exams there are, a drawing stays a handful of elements: bars are one path, and only
values that lie apart are marks of their own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from markupsafe import Markup

from breastdce.core.grid import FloatArray
from breastdce.report.chart import nice_ticks
from breastdce.report.statistics.spread import Spread, spread
from breastdce.report.words import figure

_BARS = 30
_FEW = 40  # up to here every value has its own stroke
_MARKS = 12  # outliers that are drawn
_REACH = 6.0  # distances of the quartiles that the axis goes beyond them; the rest is at its ends


class Box(NamedTuple):
    """The values of one group."""

    name: str
    values: FloatArray
    """Finite."""


class Frame(NamedTuple):
    """Place and size of a drawing, in its own units."""

    x: float
    y: float
    width: float
    height: float


class _Axis(NamedTuple):
    low: float
    high: float
    on_log: bool

    def place(self, value: float) -> float:
        """Part of the way from low to high; beyond them, the end."""
        low, high, at = (self.scaled(v) for v in (self.low, self.high, value))
        return 0.5 if high == low else min(1.0, max(0.0, (at - low) / (high - low)))

    def scaled(self, value: float) -> float:
        return math.log(value) if self.on_log else value


def spread_row(found: Spread, values: FloatArray, *, alt: str) -> Markup:
    """Draw a histogram over its box, small enough for a line of a table; at least one value."""
    inside = spread_marks(found, values, Frame(4.0, 2.0, 212.0, 32.0))
    return Markup(
        '<svg class="spread" viewBox="0 0 220 36" role="img" aria-label="{}">{}</svg>'
    ).format(alt, inside)


def spread_marks(found: Spread, values: FloatArray, frame: Frame) -> Markup:
    """Histogram (two thirds of the height) and box, inside a frame."""
    axis = _reaching(found)
    known = values[np.isfinite(values)]
    base = frame.y + 0.66 * frame.height
    shape = _strokes if known.size <= _FEW else _histogram
    upper = frame._replace(height=0.66 * frame.height)
    return shape(known, axis, upper) + _lying_box(found, known, axis, frame, base)


def _reaching(found: Spread) -> _Axis:
    """From the lowest to the highest value; not farther than lets the middle be seen."""
    whole = _Axis(found.low, found.high, found.on_log)
    q1, q3 = whole.scaled(found.q1), whole.scaled(found.q3)
    low = max(whole.scaled(found.low), q1 - _REACH * (q3 - q1))
    high = min(whole.scaled(found.high), q3 + _REACH * (q3 - q1))
    if high == low:
        return whole
    if found.on_log:
        return _Axis(math.exp(low), math.exp(high), on_log=True)
    return _Axis(low, high, on_log=False)


def _histogram(known: FloatArray, axis: _Axis, frame: Frame) -> Markup:
    shown = np.clip(known, axis.low, axis.high)
    counts, _ = np.histogram(np.log(shown) if axis.on_log else shown, bins=_BARS)
    base, step = frame.y + frame.height, frame.width / _BARS
    tops = base - counts / max(int(counts.max()), 1) * frame.height
    words = "".join(f"V{top:.1f}h{step:.2f}" for top in tops)
    return Markup('<path class="bars" d="M{} {b}{}V{b}z"/>').format(
        f"{frame.x:g}", words, b=f"{base:.1f}"
    )


def _strokes(known: FloatArray, axis: _Axis, frame: Frame) -> Markup:
    base = frame.y + frame.height - 2
    words = "".join(
        f"M{frame.x + axis.place(float(value)) * frame.width:.1f} {base:.1f}v{6 - frame.height:.1f}"
        for value in np.sort(known)
    )
    return Markup('<path class="strokes" d="{}"/>').format(words)


def _lying_box(found: Spread, known: FloatArray, axis: _Axis, frame: Frame, base: float) -> Markup:
    bottom = frame.y + frame.height
    middle, half = (base + bottom) / 2 + 1, (bottom - base) / 2 - 1
    low, high = _whiskers(found, known)
    x = [
        frame.x + axis.place(v) * frame.width for v in (low, found.q1, found.median, found.q3, high)
    ]
    marks = Markup("").join(
        Markup('<circle class="apart" cx="{}" cy="{}" r="2"/>').format(
            f"{frame.x + axis.place(outlier.value) * frame.width:.1f}", f"{middle:.1f}"
        )
        for outlier in found.outliers[:_MARKS]
    )
    return Markup(
        '<path class="whisker" d="M{} {y}H{}M{} {y}H{}"/>'
        '<rect class="box" x="{}" y="{}" width="{}" height="{}"/>'
        '<path class="mid" d="M{} {}v{}"/>{}'
    ).format(
        *(f"{v:.1f}" for v in (x[0], x[1], x[3], x[4])),
        f"{x[1]:.1f}",
        f"{middle - half:.1f}",
        f"{max(x[3] - x[1], 0.5):.1f}",
        f"{2 * half:.1f}",
        f"{x[2]:.1f}",
        f"{middle - half - 1:.1f}",
        f"{2 * half + 2:.1f}",
        marks,
        y=f"{middle:.1f}",
    )


def _whiskers(found: Spread, known: FloatArray) -> tuple[float, float]:
    """The outermost values within the fences; of all values where there are no fences."""
    low, high = found.fences
    if math.isnan(low):
        return found.low, found.high
    inside = known[(known >= low) & (known <= high)]
    return float(inside.min()), float(inside.max())


_WIDTH, _HEIGHT = 640.0, 300.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 74.0, 14.0, 14.0, 58.0
_DOTS = 150  # values of a group that are drawn one by one; more would hide the box
_GOLDEN = 0.618034


def box_chart(
    groups: Sequence[Box], *, y_title: str, alt: str, bounds: tuple[float, float] | None = None
) -> Markup:
    """Draw boxes side by side, with the values of small groups beside them; at least one group.

    `bounds` are ends of the vertical axis, where the measure has natural ones.
    """
    everything = np.concatenate([group.values for group in groups])
    on_log = bounds is None and spread(everything).on_log
    low, high = bounds or (float(everything.min()), float(everything.max()))
    ticks = _log_ticks(low, high) if on_log else nice_ticks(low, high)
    axis = _Axis(min(low, ticks[0]), max(high, ticks[-1]), on_log)
    step = (_WIDTH - _LEFT - _RIGHT) / len(groups)
    columns = Markup("").join(
        _column(group, axis, _LEFT + (place + 0.5) * step, step)
        for place, group in enumerate(groups)
    )
    return Markup(
        '<svg class="chart boxes" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}'
        '<text class="title" transform="translate(14 {}) rotate(-90)">{}</text></svg>'
    ).format(
        f"{_WIDTH:g}",
        f"{_HEIGHT:g}",
        alt,
        Markup("").join(_line(axis, tick) for tick in ticks),
        columns,
        f"{(_TOP + _HEIGHT - _BOTTOM) / 2:g}",
        y_title,
    )


def _column(group: Box, axis: _Axis, middle: float, step: float) -> Markup:
    found = spread(group.values)
    half = min(26.0, 0.22 * step)
    low, high = _whiskers(found, group.values)
    y = [_up(axis, v) for v in (low, found.q1, found.median, found.q3, high)]
    shown = group.values if group.values.size <= _DOTS else _outside(found, group.values)
    dots = "".join(
        f"M{middle + half + 5 + (n * _GOLDEN % 1) * 0.14 * step:.1f} {_up(axis, float(v)):.1f}h0"
        for n, v in enumerate(shown)
    )
    return Markup(
        '<path class="dots" d="{}"/><path class="whisker" d="M{x} {}V{}M{x} {}V{}"/>'
        '<rect class="box" x="{}" y="{}" width="{}" height="{}"/>'
        '<path class="mid" d="M{} {}h{}"/>'
        '<text x="{x}" y="{}">{}</text><text class="count" x="{x}" y="{}">n = {}</text>'
    ).format(
        dots,
        *(f"{v:.1f}" for v in (y[0], y[1], y[3], y[4])),
        f"{middle - half:.1f}",
        f"{y[3]:.1f}",
        f"{2 * half:.1f}",
        f"{max(y[1] - y[3], 0.5):.1f}",
        f"{middle - half:.1f}",
        f"{y[2]:.1f}",
        f"{2 * half:.1f}",
        f"{_HEIGHT - _BOTTOM + 22:g}",
        _short(group.name, step),
        f"{_HEIGHT - _BOTTOM + 40:g}",
        group.values.size,
        x=f"{middle:.1f}",
    )


def _outside(found: Spread, values: FloatArray) -> FloatArray:
    low, high = found.fences
    return values[:0] if math.isnan(low) else values[(values < low) | (values > high)]


def _up(axis: _Axis, value: float) -> float:
    return _HEIGHT - _BOTTOM - axis.place(value) * (_HEIGHT - _TOP - _BOTTOM)


def _line(axis: _Axis, tick: float) -> Markup:
    return Markup(
        '<path class="grid" d="M{} {y}H{}"/><text class="end" x="{}" y="{y}" dy=".35em">{}</text>'
    ).format(
        f"{_LEFT:g}",
        f"{_WIDTH - _RIGHT:g}",
        f"{_LEFT - 8:g}",
        figure(tick),
        y=f"{_up(axis, tick):.1f}",
    )


def _log_ticks(low: float, high: float) -> list[float]:
    """1, 2, 5 of each decade, or whole decades where those would be many."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    steps = (1, 2, 5) if last - first <= 2 else (1,)
    ticks = [m * 10.0**n for n in range(first, last + 1) for m in steps]
    return [tick for tick in ticks if low <= tick <= high] or [low, high]


def _short(name: str, step: float) -> str:
    fits = max(4, int(step / 7.5))
    return name if len(name) <= fits else f"{name[: fits - 1]}…"
