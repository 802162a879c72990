"""The page of an evaluation: volumes, Dice by group, figures, worst cases. Nothing is fetched."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from breastdce.report.html import fill, policy, source
from breastdce.report.scatter import Dot, Level, Strip, scatter_chart, strip_chart
from breastdce.report.words import decimal

_AGREEMENT = 1.96  # of the standard deviation: 95 % of differences, if they are normal
_WORST = 10


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """One exam with a score."""

    exam: str
    dice: float
    hd95_mm: float
    volume_ml: float
    reference_ml: float
    groups: dict[str, str]


class FigureView(msgspec.Struct, frozen=True, kw_only=True):
    """One score of all exams."""

    name: str
    unit: str
    n: int
    mean: float
    low: float
    high: float
    median: float
    q1: float
    q3: float
    infinite: int


class EvaluationPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the page."""

    prediction: str
    """Names, without their folders."""
    reference: str
    origin: str
    """A sentence."""
    both_empty: int
    cases: tuple[CaseView, ...]
    figures: tuple[FigureView, ...]
    files: tuple[str, ...]


def render_evaluation(page: EvaluationPage) -> str:
    """Write the page; links lead to the files beside it. Equal pages give equal text."""
    style = source("style.css") + source("evaluation.css")
    names = dict.fromkeys(name for case in page.cases for name in case.groups)
    return fill(
        "evaluation.html",
        title="Evaluation of masks",
        style=style,
        policy=policy(style, None),
        page=page,
        volumes=_volumes(page.cases) if page.cases else None,
        strips=[(name, _strips(page.cases, name)) for name in names],
        rows=[_texts(figure) for figure in page.figures],
        worst=[
            (case.exam, decimal(case.dice, 3), _shown(case.hd95_mm, 1), *_ml(case))
            for case in sorted(page.cases, key=lambda case: (case.dice, case.exam))[:_WORST]
        ],
    )


def _volumes(cases: Sequence[CaseView]) -> object:
    """Difference of volumes against their mean (Bland, Altman, Lancet 1986;327:307)."""
    differences = [case.volume_ml - case.reference_ml for case in cases]
    mean = math.fsum(differences) / len(differences)
    spread = _AGREEMENT * float(np.std(differences, ddof=1)) if len(differences) > 1 else 0.0
    dots = [
        Dot(
            (case.volume_ml + case.reference_ml) / 2,
            difference,
            f"{case.exam}: {decimal(case.volume_ml, 2)} for {decimal(case.reference_ml, 2)} mL",
        )
        for case, difference in zip(cases, differences, strict=True)
    ]
    levels = [
        Level(mean, f"mean {decimal(mean, 2)}"),
        Level(mean + spread, f"+1.96 SD {decimal(mean + spread, 2)}"),
        Level(mean - spread, f"\N{MINUS SIGN}1.96 SD {decimal(mean - spread, 2)}"),
    ]
    return scatter_chart(
        dots,
        levels,
        x_title="Mean of both volumes (mL)",
        y_title="Predicted - reference (mL)",
        alt="Difference of the two volumes of each exam against their mean",
    )


def _strips(cases: Sequence[CaseView], group: str) -> object:
    strips = []
    for level in sorted({case.groups.get(group, "unknown") for case in cases}):
        members = [case for case in cases if case.groups.get(group, "unknown") == level]
        dots = tuple((case.dice, f"{case.exam}: {decimal(case.dice, 3)}") for case in members)
        strips.append(Strip(level, dots, float(np.median([dice for dice, _ in dots]))))
    return strip_chart(strips, y_title="Dice", alt=f"Dice of each exam by {group}")


def _texts(figure: FigureView) -> tuple[str, ...]:
    return (
        figure.name,
        figure.unit,
        str(figure.n),
        _shown(figure.mean, 3),
        f"{_shown(figure.low, 3)} to {_shown(figure.high, 3)}",
        _shown(figure.median, 3),
        f"{_shown(figure.q1, 3)} to {_shown(figure.q3, 3)}",
        str(figure.infinite),
    )


def _ml(case: CaseView) -> tuple[str, str]:
    return decimal(case.volume_ml, 2), decimal(case.reference_ml, 2)


def _shown(value: float, digits: int) -> str:
    if math.isinf(value):
        return "infinite"
    return "n/a" if math.isnan(value) else decimal(value, digits)
