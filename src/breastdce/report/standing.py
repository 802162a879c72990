"""Where an exam stands among the others of its data set: quartiles, rank, one bar each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from breastdce.core.grid import FloatArray
from breastdce.report.html import fill
from breastdce.report.view import StandingLine, StandingView
from breastdce.report.words import decimal

_WIDTH, _HEIGHT, _PAD = 240.0, 22.0, 7.0
_FEATURES = 8
_FEWEST = 10
"""Exams below which a rank says little."""


def standing_markup(standing: StandingView) -> Markup:
    """Two tables: volumes and kinetics, and the features farthest from the others."""
    return fill(
        "cohort_standing.html",
        exams=standing.exams,
        few=standing.exams < _FEWEST,
        fewest=_FEWEST,
        measures=[_row(line) for line in standing.measures],
        features=[_row(line) for line in standing.features],
    )


def _row(line: StandingLine) -> tuple[str, str, str, str, str, Markup]:
    return (
        line.name,
        line.meaning,
        _number(line.value),
        f"{_number(line.median)} ({_number(line.q1)} to {_number(line.q3)})",
        f"{line.rank} of {line.of}",
        _bar(line),
    )


def _number(value: float) -> str:
    """Four digits that count; names of features carry no unit that would ask for fewer."""
    size = abs(value)
    if size != 0 and (size < 0.001 or size >= 1e6):
        return f"{value:.3g}".replace("-", "\u2212")
    digits = next((n for n, least in enumerate((1000.0, 100.0, 10.0, 0.1)) if size >= least), 4)
    return decimal(value, digits)


def _bar(line: StandingLine) -> Markup:
    """Range as a line, quartiles as a box, the median as a bar, this exam as a diamond."""
    span = line.high - line.low

    def at(value: float) -> float:
        along = (value - line.low) / span if span > 0 else 0.5
        return _PAD + along * (_WIDTH - 2 * _PAD)

    q1, q3 = at(line.q1), at(line.q3)
    alt = (
        f"{line.name}: {_number(line.value)}, rank {line.rank} of {line.of}; "
        f"range {_number(line.low)} to {_number(line.high)}"
    )
    return Markup(
        '<svg class="standing" viewBox="0 0 {:g} {:g}" role="img" aria-label="{}">'
        '<path class="range" d="M{:.1f} 11H{:.1f}"/>'
        '<rect class="box" x="{:.1f}" y="4" width="{:.1f}" height="14"/>'
        '<path class="median" d="M{:.1f} 2V20"/>'
        '<path class="here" d="M{:.1f} 4l6 7l-6 7l-6 -7z"/></svg>'
    ).format(
        *(_WIDTH, _HEIGHT, alt, at(line.low), at(line.high), q1, max(q3 - q1, 0.5)),
        *(at(line.median), at(line.value)),
    )


class Column:
    """One quantity of all exams: what stands in every exam's line of it is found once."""

    def __init__(self, name: str, meaning: str, values: Sequence[float]) -> None:
        """Take the values in the order of the exams, NaN where an exam has none."""
        self.values = np.asarray(values, np.float64)
        self._name, self._meaning = name, meaning
        self._known = np.sort(self.values[np.isfinite(self.values)])
        self._cuts = np.percentile(self._known, (25.0, 50.0, 75.0)) if self._known.size else None

    def distances(self) -> FloatArray:
        """Of each exam from the median, in interquartile ranges; NaN where that has no meaning."""
        if self._cuts is None or self._cuts[2] <= self._cuts[0]:
            return np.full(self.values.shape, np.nan)
        distance: FloatArray = np.abs(self.values - self._cuts[1]) / (self._cuts[2] - self._cuts[0])
        return distance

    def line(self, exam: int) -> StandingLine | None:
        """The line of one exam; None where it has no value."""
        value = float(self.values[exam])
        if self._cuts is None or not np.isfinite(value):
            return None
        q1, median, q3 = map(float, self._cuts)
        below_or_equal = int(np.searchsorted(self._known, value, side="right"))
        return StandingLine(
            self._name,
            self._meaning,
            value,
            low=float(self._known[0]),
            q1=q1,
            median=median,
            q3=q3,
            high=float(self._known[-1]),
            rank=1 + self._known.size - below_or_equal,
            of=self._known.size,
        )


def standings(
    exams: int, measures: Sequence[Column], features: Sequence[Column]
) -> list[StandingView]:
    """Where each exam stands; quartiles are interpolated linearly (numpy's default)."""
    far = [column.distances() for column in features]
    return [
        StandingView(
            exams,
            _lines(measures, exam),
            _lines([features[place] for place in _farthest(far, exam)], exam),
        )
        for exam in range(exams)
    ]


def _lines(columns: Sequence[Column], exam: int) -> tuple[StandingLine, ...]:
    found = (column.line(exam) for column in columns)
    return tuple(line for line in found if line is not None)


def _farthest(distances: Sequence[FloatArray], exam: int) -> list[int]:
    """Places of the features in which the exam lies farthest out; of equals the first."""
    known = [(-float(one[exam]), place) for place, one in enumerate(distances)]
    return [place for far, place in sorted(item for item in known if item[0] <= 0)[:_FEATURES]]
