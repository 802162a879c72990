"""How far the masks of an exam agree: FTV, STV by rules, by a network, by a person."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from breastdce.report.case_list import case_list, case_sheet
from breastdce.report.cohort_panels._contract import CohortPanel, Figures
from breastdce.report.dataset_view import CohortView, Pair, median_words
from breastdce.report.html import fill
from breastdce.report.scatter import Dot, Level, scatter_chart
from breastdce.report.spread_chart import Box, box_chart
from breastdce.report.svg_file import svg_file
from breastdce.report.view import ExamLine
from breastdce.report.words import decimal

_LIMITS = 1.96  # standard deviations: 95 % of differences, if they are normal
_WORST = 10
_SHORT = {
    "FTV": "FTV",
    "STV by rules": "rules",
    "STV by network": "net",
    "STV by a person": "person",
}


def render(view: CohortView) -> Markup:
    first = view.pairs[0]
    return fill(
        "dataset/agreement.html",
        rows=[_row(pair) for pair in view.pairs],
        strips=_strips(view),
        volumes=_volumes(first, view.exams),
        first=_name(first),
        cases=_cases(view),
        worst=_worst(first, view.exams),
    )


def figures(view: CohortView) -> Figures:
    made = {
        "agreement-dice.svg": svg_file(_strips(view)),
        "agreement-volumes.svg": svg_file(_volumes(view.pairs[0], view.exams)),
    }
    if view.agreement_cases:
        made["agreement-cases.png"] = case_sheet(view.agreement_cases)
    return made


def _cases(view: CohortView) -> Markup:
    first = view.pairs[0]
    names = {"ftv-line": first.first, "stv-line": first.second}
    return case_list(view.agreement_cases, names=names) if view.agreement_cases else Markup("")


def _name(pair: Pair) -> str:
    return f"{pair.first} against {pair.second}"


def _row(pair: Pair) -> tuple[str, ...]:
    known = pair.dice[np.isfinite(pair.dice)]
    return (
        _name(pair),
        str(known.size),
        median_words(known, 3),
        decimal(float(known.min()), 3),
        decimal(float(known.max()), 3),
        median_words(pair.first_ml - pair.second_ml),
    )


def _strips(view: CohortView) -> Markup:
    boxes = [
        Box(f"{_SHORT[pair.first]}, {_SHORT[pair.second]}", pair.dice[np.isfinite(pair.dice)])
        for pair in view.pairs
    ]
    alt = "Dice of each exam, by pair of masks"
    return box_chart(boxes, y_title="Dice", alt=alt, bounds=(0.0, 1.0))


def _volumes(pair: Pair, exams: Sequence[ExamLine]) -> Markup:
    """Difference of volumes against their mean (Bland, Altman, Lancet 1986;327:307)."""
    known = [place for place, dice in enumerate(pair.dice) if math.isfinite(dice)]
    one, two = pair.first_ml[known], pair.second_ml[known]
    differences = one - two
    mean = float(differences.mean())
    spread = _LIMITS * float(differences.std(ddof=1)) if len(known) > 1 else 0.0
    dots = [
        Dot(
            float(one[n] + two[n]) / 2,
            float(differences[n]),
            f"{exams[place].exam}: {decimal(float(one[n]))} and {decimal(float(two[n]))} mL",
        )
        for n, place in enumerate(known)
    ]
    levels = [Level(mean, f"mean {decimal(mean)}")]
    if spread:
        levels += [
            Level(mean + spread, f"+1.96 SD {decimal(mean + spread)}"),
            Level(mean - spread, f"\N{MINUS SIGN}1.96 SD {decimal(mean - spread)}"),
        ]
    return scatter_chart(
        dots,
        levels,
        x_title="Mean of both volumes (mL)",
        y_title=f"{pair.first} - {pair.second} (mL)",
        alt="Difference of the two volumes of each exam against their mean",
    )


def _worst(pair: Pair, exams: Sequence[ExamLine]) -> list[tuple[str, str, str]]:
    ordered = sorted(
        (float(dice), place) for place, dice in enumerate(pair.dice) if math.isfinite(dice)
    )
    return [
        (exams[place].exam, exams[place].link, decimal(dice, 3)) for dice, place in ordered[:_WORST]
    ]


PANEL = CohortPanel(
    "agreement",
    "Agreement of masks",
    ("pairs",),
    "No exam has two masks to compare.",
    render,
    figures,
)
