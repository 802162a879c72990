"""What was found and not used, counted by reason."""

from __future__ import annotations

from collections import Counter

from markupsafe import Markup

from breastdce.report.cohort_panels._contract import CohortPanel
from breastdce.report.dataset_view import CohortView
from breastdce.report.html import fill
from breastdce.report.words import explain


def render(view: CohortView) -> Markup:
    total: Counter[str] = Counter()
    for entry in view.exclusions:
        total[entry.code] += entry.count
    ordered = sorted(total.items(), key=lambda item: (-item[1], item[0]))
    return fill(
        "dataset/unused.html", counts=[(code, count, *explain(code)) for code, count in ordered]
    )


PANEL = CohortPanel(
    "unused",
    "Found and not used, by reason",
    ("exclusions",),
    "Nothing was left out.",
    render,
)
