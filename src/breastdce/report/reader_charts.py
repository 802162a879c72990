"""Charts of several readers: limits of agreement of two, and Dice of all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from markupsafe import Markup

from breastdce.report.scatter import Dot, Level, Strip, scatter_chart, strip_chart
from breastdce.report.words import decimal

_APART = 0.06  # of the height: nearer lines would have their words on each other


class PairVolumes(NamedTuple):
    """Volumes of two readers, exam by exam."""

    first: str
    """Letters."""
    second: str
    exams: tuple[str, ...]
    first_ml: tuple[float, ...]
    second_ml: tuple[float, ...]


Lines = tuple[float, float, float]
"""Bias, lower and upper limit; NaN where undefined."""


def difference_chart(volumes: PairVolumes, lines: Lines) -> Markup | None:
    """Difference in mL against the mean (Bland, Altman, Lancet 1986;327:307)."""
    dots = [
        Dot((one + other) / 2, one - other, f"{exam}: {decimal(one, 2)} and {decimal(other, 2)} mL")
        for exam, one, other in _rows(volumes)
    ]
    if not dots:
        return None
    return scatter_chart(
        dots,
        _levels(lines, [decimal(value, 2) for value in lines], [dot.y for dot in dots]),
        x_title="Mean of both volumes (mL)",
        y_title=f"{volumes.first} \N{MINUS SIGN} {volumes.second} (mL)",
        alt=f"Difference of the volumes of {volumes.first} and {volumes.second} against their mean",
    )


def ratio_chart(volumes: PairVolumes, lines: Lines) -> Markup | None:
    """Ratio on the log scale against the geometric mean; exams with a volume of 0 have none."""
    dots = [
        Dot(math.sqrt(one * other), math.log2(one / other), f"{exam}: {decimal(one / other, 2)}")
        for exam, one, other in _rows(volumes)
        if one > 0 and other > 0
    ]
    if not dots:
        return None
    logs = tuple(math.log2(value) for value in lines)
    return scatter_chart(
        dots,
        _levels(logs, [f"\u00d7\u2009{decimal(value, 2)}" for value in lines], [d.y for d in dots]),
        x_title="Geometric mean of both volumes (mL)",
        y_title=f"log\u2082 ({volumes.first} / {volumes.second})",
        alt=f"Ratio of the volumes of {volumes.first} and {volumes.second} against their mean",
    )


def dice_strips(named: Sequence[tuple[str, Sequence[tuple[str, float]]]]) -> Markup | None:
    """Dice of each exam above the name of a pair or reader; label and value of each point."""
    if not named:
        return None
    strips = [
        Strip(
            name,
            tuple((value, f"{label}: {decimal(value, 3)}") for label, value in values),
            float(np.median([value for _, value in values])),
        )
        for name, values in named
    ]
    return strip_chart(strips, y_title="Dice", alt="Dice of two readers, exam by exam")


def _rows(volumes: PairVolumes) -> list[tuple[str, float, float]]:
    return list(zip(volumes.exams, volumes.first_ml, volumes.second_ml, strict=True))


def _levels(places: Sequence[float], words: Sequence[str], heights: Sequence[float]) -> list[Level]:
    """Lines at bias and limits with their words, as far as they are defined and do not collide."""
    names = ("bias", "\N{MINUS SIGN}1.96 SD", "+1.96 SD")
    known = [
        (place, f"{name} {word}")
        for place, name, word in zip(places, names, words, strict=True)
        if math.isfinite(place)
    ]
    span = max([0.0, *heights, *places]) - min([0.0, *heights, *places]) if known else 1.0
    levels: list[Level] = []
    for place, label in known:
        near = any(abs(place - level.y) < _APART * span for level in levels)
        levels.append(Level(place, "" if near else label))
    return levels
