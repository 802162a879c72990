"""All exams, to be sorted and filtered."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup

from breastdce.report.cohort_panels._contract import CohortPanel
from breastdce.report.dataset_view import CohortView
from breastdce.report.html import fill
from breastdce.report.view import ExamLine
from breastdce.report.words import decimal, explain, items, number, share, text, voi


def render(view: CohortView) -> Markup:
    pair = view.pairs[0] if view.pairs else None
    dice = [math.nan] * len(view.exams) if pair is None else pair.dice.tolist()
    return fill(
        "dataset/exams.html",
        exams=[_row(line, dice[place], view.apart[place]) for place, line in enumerate(view.exams)],
        agreed="" if pair is None else f"Dice {pair.first}, {pair.second}",
        meanings=_meanings(view.exams),
    )


def _row(line: ExamLine, dice: float, apart: int) -> dict[str, object]:
    row = line.row
    ftv, field = number(row, "ftv_ml"), number(row, "field_strength_t")
    washout = number(row, "ser_washout_ml")
    scanner = [text(row, "manufacturer"), text(row, "manufacturer_model")]
    scanner.append("" if field is None else f"{field:g} T")
    return {
        "exam": line.exam,
        "link": line.link,
        "thumbnail": line.thumbnail,
        "scanner": " ".join(filter(None, scanner)),
        "phases": text(row, "n_phases"),
        "ftv": (ftv, decimal(ftv)),
        "washout": (washout / ftv if washout is not None and ftv else None, share(washout, ftv)),
        "stv": (number(row, "stv_ml"), decimal(number(row, "stv_ml"))),
        "stv_source": text(row, "stv_source").removeprefix("stv-"),
        "dice": (None if math.isnan(dice) else dice, decimal(dice, 3)),
        "apart": apart,
        "voi": text(row, "voi"),
        "voi_words": voi(text(row, "voi")),
        "caveats": " ".join(items(row, "caveats")),
    }


def _meanings(exams: Sequence[ExamLine]) -> list[tuple[str, int, str]]:
    counts = Counter(code for line in exams for code in items(line.row, "caveats"))
    return [(code, n, explain(code)[0]) for code, n in sorted(counts.items())]


PANEL = CohortPanel(
    "exams",
    "Exams",
    ("exams",),
    "No exam is in this data set; the reasons stand below.",
    render,
)
