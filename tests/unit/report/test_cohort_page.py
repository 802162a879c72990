"""The page of a cohort in a real browser: no error, nothing fetched, light and dark, all widths."""

from __future__ import annotations

from pathlib import Path

import pytest

from breastdce.report.cohort_page import render_cohort
from breastdce.report.cohort_view import (
    CohortException,
    CohortPage,
    Flow,
    FlowStep,
    TableLine,
    TableView,
)
from tests.unit.report.opened import opened

STEPS = (
    FlowStep("NOT_PUBLIC", "No images.", "Images at hand", 3, 0, 107, 222),
    FlowStep("NO_RECEPTORS", "No receptors.", "Receptor status " * 6, 0, 1, 107, None),
)
TABLE = TableView(
    title="Table 1. Patients",
    source="A paper",
    header=(
        "Characteristic",
        "Statistic",
        "No event",
        "Reference: No event",
        "Difference: No event",
    ),
    lines=(
        TableLine("Patients", "n", ("72", "119", "-47"), (False, False, True), is_head=True),
        TableLine("Age", "median", ("48.8", "48.8", "0.0"), (False, False, False), is_head=False),
    ),
    notes=("HR: not known for 1 of 72.",),
    files=("table1.csv", "table1.xlsx"),
)
PAGE = CohortPage(
    title="Cohort <i>made</i>",
    description="For tests.",
    rules="made",
    source_note="Not for sharing.",
    flow=Flow("Made", 110, None, STEPS, 107),
    exceptions=[CohortException("P1", "NO_RECEPTORS", "missing: hr", "The paper has it.")],
    unneeded=[("P2", "NO_RECEPTORS")],
    tables=[TABLE],
    no_table=["No table of scanners."],
    problems=[("CODE_UNKNOWN", 2)],
    files=["cohort.tsv", "flow.svg"],
)
EMPTY = CohortPage(
    title="Nobody",
    description="",
    rules="none",
    source_note="",
    flow=Flow("Nobody", 0, None, (), 0),
    exceptions=[],
    unneeded=[],
    tables=[],
    no_table=[],
    problems=[],
    files=[],
)


def test_text_is_escaped_and_the_page_is_whole():
    text = render_cohort(PAGE)
    assert "Cohort &lt;i&gt;made" in text
    assert "<i>" not in text
    for words in (
        "The paper has it.",
        "P2",
        "<mark>-47</mark>",
        "Not for sharing.",
        "CODE_UNKNOWN",
    ):
        assert words in text
    assert "<mark>0.0</mark>" not in text


def test_a_page_of_nobody_says_so():
    text = render_cohort(EMPTY)
    assert "Nobody is in by exception." in text
    assert "In the cohort: 0" in text


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", [PAGE, EMPTY], ids=["whole", "empty"])
def test_the_page_opens_without_complaint_or_network(browser, tmp_path, page, scheme, width):
    path = Path(tmp_path) / "index.html"
    path.write_text(render_cohort(page), "utf-8")
    tab, complaints, requests = opened(browser, path, scheme, width)
    wide = tab.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    colors = tab.evaluate(
        "[...document.querySelectorAll('.flow .main')].map(e => getComputedStyle(e).fill)"
    )
    outside = tab.evaluate(
        """[...document.querySelectorAll('.flow text')].filter(text => {
          const t = text.getBBox();
          return ![...document.querySelectorAll('.flow rect:not(.ground)')].some(rect => {
            const r = rect.getBBox();
            return t.x >= r.x && t.x + t.width <= r.x + r.width && t.y >= r.y
              && t.y + t.height <= r.y + r.height;
          });
        }).map(text => text.textContent)"""
    )
    tab.close()
    assert complaints == []
    assert [url for url in requests if not url.startswith("data:")] == [path.as_uri()]
    assert wide[0] <= wide[1]
    assert set(colors) == {"rgb(255, 255, 255)" if scheme == "light" else "rgb(26, 32, 41)"}
    assert outside == []
