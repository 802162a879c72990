"""Scanner and site effects: every measure by maker, field strength and model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from markupsafe import Markup

from breastdce.core.holm import holm
from breastdce.report.cohort_panels._contract import CohortPanel, Figures
from breastdce.report.dataset_view import FACTORS, CohortView, Measure, median_words
from breastdce.report.html import fill
from breastdce.report.spread_chart import Box, box_chart
from breastdce.report.statistics.rank_test import RankTest, kruskal_wallis
from breastdce.report.svg_file import svg_file
from breastdce.report.words import NOT_AVAILABLE, decimal, figure, number, text

LEAST = 5
"""Exams of a level: below, the chi-square distribution is no good for the statistic."""
_ALPHA = 0.05
_ROWS, _CHARTS = 25, 6


class Effect(NamedTuple):
    """One measure by one factor."""

    measure: Measure
    table: str
    factor: str
    groups: tuple[Box, ...]
    test: RankTest
    p_holm: float


def render(view: CohortView) -> Markup:
    found = effects(view)
    significant = [effect for effect in found if effect.p_holm < _ALPHA]
    return fill(
        "dataset/scanners.html",
        scanners=_scanners(view),
        tests=len(found),
        least=LEAST,
        significant=len(significant),
        rows=[_row(effect) for effect in significant[:_ROWS]],
        more=max(0, len(significant) - _ROWS),
        charts=[_chart(effect) for effect in _different(significant)],
    )


def figures(view: CohortView) -> Figures:
    shown = _different([effect for effect in effects(view) if effect.p_holm < _ALPHA])
    return {
        f"scanners-{number}.svg": svg_file(_chart(effect)[1])
        for number, effect in enumerate(shown, 1)
    }


def effects(view: CohortView) -> list[Effect]:
    """All tests that can be made, the strongest effects first."""
    made = [
        (measure, table.title, words, groups, kruskal_wallis([box.values for box in groups]))
        for words, places in _levels(view)
        for table in view.all_tables
        for measure in table.measures
        if len(groups := _groups(measure, places)) > 1
    ]
    adjusted = holm({place: test.p for place, (*_, test) in enumerate(made)})
    known = [
        Effect(*one, adjusted[place])
        for place, one in enumerate(made)
        if not np.isnan(adjusted[place])
    ]
    return sorted(known, key=lambda effect: -effect.test.epsilon2)


def _levels(view: CohortView) -> Iterator[tuple[str, dict[str, list[int]]]]:
    """Each factor in words, and the places of the exams of each of its known levels."""
    for _, words, column in FACTORS:
        places: dict[str, list[int]] = defaultdict(list)
        for place, level in enumerate(view.levels(column)):
            if level != NOT_AVAILABLE:
                places[level].append(place)
        yield words, dict(sorted(places.items()))


def _groups(measure: Measure, places: dict[str, list[int]]) -> tuple[Box, ...]:
    levels = ((level, measure.values[rows]) for level, rows in places.items())
    boxes = (Box(level, values[np.isfinite(values)]) for level, values in levels)
    return tuple(box for box in boxes if box.values.size >= LEAST)


def _different(found: Sequence[Effect]) -> list[Effect]:
    """The strongest effect of each measure."""
    kept: dict[str, Effect] = {}
    for effect in found:
        kept.setdefault(effect.measure.name, effect)
    return list(kept.values())[:_CHARTS]


def _chart(effect: Effect) -> tuple[str, Markup]:
    unit = f" ({effect.measure.unit})" if effect.measure.unit else ""
    title = f"{effect.measure.long_name} by {effect.factor.lower()}"
    return title, box_chart(
        effect.groups, y_title=f"{effect.measure.long_name}{unit}", alt=f"Boxes of {title}"
    )


def _row(effect: Effect) -> dict[str, object]:
    test = effect.test
    medians = [f"{box.name} {figure(float(np.median(box.values)))}" for box in effect.groups]
    return {
        "measure": effect.measure.long_name,
        "table": effect.table,
        "factor": effect.factor,
        "h": decimal(test.h, 1),
        "df": test.df,
        "epsilon2": decimal(test.epsilon2, 2),
        "p": _p(test.p),
        "p_holm": _p(effect.p_holm),
        "medians": ", ".join(medians),
    }


def _p(p: float) -> str:
    return "< 0.001" if p < 0.001 else decimal(p, 3)


def _scanners(view: CohortView) -> list[tuple[str, ...]]:
    groups: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    columns = [view.levels(column) for column in ("manufacturer", "manufacturer_model")]
    columns.append(view.levels("field_strength_t"))
    for place, (maker, model, field) in enumerate(zip(*columns, strict=True)):
        groups[maker, model, field].append(place)
    return [(*key, *_numbers(view, places)) for key, places in sorted(groups.items())]


def _numbers(view: CohortView, places: Sequence[int]) -> tuple[str, str, str]:
    rows = [view.exams[place].row for place in places]
    people = {text(row, "participant_id") for row in rows}
    ftv = [ml for row in rows if (ml := number(row, "ftv_ml")) is not None]
    return str(len(rows)), str(len(people)), median_words(np.array(ftv))


PANEL = CohortPanel("scanners", "Scanners and sites", ("exams",), "", render, figures)
