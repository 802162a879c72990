"""The page of an evaluation: volumes, Dice by group, figures, worst cases. Nothing is fetched."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from breastdce.core.codes import Undefined
from breastdce.core.counted import counted
from breastdce.report.html import fill, policy, source
from breastdce.report.scatter import Dot, Level, Strip, scatter_chart, strip_chart
from breastdce.report.words import NOT_AVAILABLE, decimal

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
    interval_reason: Undefined | None = None
    """Why it has no interval."""


class VolumesView(msgspec.Struct, frozen=True, kw_only=True):
    """Mean difference of the volumes, mL, and its limits of agreement."""

    mean: float
    low: float
    high: float
    reason: Undefined | None = None
    """Why there are no limits: they are NaN."""


class EvaluationPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the page."""

    prediction: str
    """Names, without their folders."""
    reference: str
    origin: str
    """A sentence."""
    both_empty: int
    cases: tuple[CaseView, ...]
    volumes: VolumesView | None
    """None where no exam has a mask with a voxel."""
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
        exams=counted(len(page.cases), "exam"),
        both_empty=counted(page.both_empty, "exam") if page.both_empty else None,
        volumes=_volumes(page.cases, page.volumes) if page.volumes else None,
        no_limits=page.volumes.reason if page.volumes else None,
        no_interval=next(filter(None, (each.interval_reason for each in page.figures)), None),
        strips=[(name, _strips(page.cases, name)) for name in names],
        rows=[_texts(figure) for figure in page.figures],
        worst=[
            (case.exam, decimal(case.dice, 3), _shown(case.hd95_mm, 1), *_ml(case))
            for case in sorted(page.cases, key=lambda case: (case.dice, case.exam))[:_WORST]
        ],
    )


def _volumes(cases: Sequence[CaseView], found: VolumesView) -> object:
    """Difference of volumes against their mean (Bland, Altman, Lancet 1986;327:307)."""
    dots = [
        Dot(
            (case.volume_ml + case.reference_ml) / 2,
            case.volume_ml - case.reference_ml,
            f"{case.exam}: {decimal(case.volume_ml, 2)} for {decimal(case.reference_ml, 2)} mL",
        )
        for case in cases
    ]
    named = (
        ("mean", found.mean), ("+1.96 SD", found.high), ("\N{MINUS SIGN}1.96 SD", found.low)
    )  # fmt: skip
    levels = [Level(y, f"{name} {decimal(y, 2)}") for name, y in named if not math.isnan(y)]
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
    return strip_chart(
        strips, y_title="Dice", alt=f"Dice of each exam by {group.replace('_', ' ')}"
    )


def _texts(figure: FigureView) -> tuple[str, ...]:
    return (
        figure.name,
        figure.unit,
        str(figure.n),
        _shown(figure.mean, 3),
        _range(figure.low, figure.high),
        _shown(figure.median, 3),
        _range(figure.q1, figure.q3),
        str(figure.infinite),
    )


def _ml(case: CaseView) -> tuple[str, str]:
    return decimal(case.volume_ml, 2), decimal(case.reference_ml, 2)


def _range(low: float, high: float) -> str:
    if math.isnan(low) and math.isnan(high):
        return NOT_AVAILABLE
    return f"{_shown(low, 3)} to {_shown(high, 3)}"


def _shown(value: float, digits: int) -> str:
    if math.isinf(value):
        return "infinite"
    return decimal(value, digits)
