"""The page of an evaluation shows its figures, and what has no value as that."""

from __future__ import annotations

import math
import re

import pytest
from msgspec import structs

from breastdce.report.evaluation_page import (
    CaseView,
    EvaluationPage,
    FigureView,
    render_evaluation,
)
from tests.unit.report.opened import opened

GOOD = CaseView(
    exam="sub-1_ses-1", dice=0.9, hd95_mm=2.0, volume_ml=9.0, reference_ml=8.0, groups={"a_b": "x"}
)
BAD = structs.replace(GOOD, exam="<i>bad</i>", dice=0.0, hd95_mm=math.inf, volume_ml=0.0)
FIGURE = FigureView(
    name="HD95",
    unit="mm",
    n=2,
    mean=2.0,
    low=2.0,
    high=math.inf,
    median=2.0,
    q1=math.nan,
    q3=2.5,
    infinite=1,
)
PAGE = EvaluationPage(
    prediction="a",
    reference="b",
    origin="unseen",
    both_empty=3,
    cases=(GOOD, BAD),
    figures=(FIGURE,),
    files=("cases.tsv",),
)


def test_the_page_shows_figures_charts_and_the_worst_first():
    text = render_evaluation(PAGE)
    assert "2.000 to infinite" in text
    assert "n/a to 2.500" in text
    assert "In 3 exams both masks are empty" in text
    assert text.count('<svg class="chart"') == 2
    assert "<h3>a b</h3>" in text
    assert "<i>bad" not in text
    rows = re.findall(r'<tr><th scope="row">([^<]+)</th><td class="num">([^<]+)', text)
    assert [dice for _, dice in rows] == ["0.000", "0.900"]
    assert text == render_evaluation(PAGE)


def test_differences_of_volume_have_their_limits():
    text = render_evaluation(PAGE)  # +1 and -8 mL: mean -3.5, SD 6.364
    assert "mean \N{MINUS SIGN}3.50" in text
    assert "+1.96 SD 8.97" in text


def test_nothing_is_said_of_nothing():
    text = render_evaluation(structs.replace(PAGE, cases=(), both_empty=0))
    assert "No exam has a mask with a voxel" in text
    assert "both masks are empty" not in text
    assert "<svg" not in text


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("cases", [(GOOD, BAD) * 20, ()], ids=["40 exams", "none"])
def test_the_page_opens_without_complaint_or_network(browser, tmp_path, cases, scheme, width):
    path = tmp_path / "evaluation.html"
    path.write_text(render_evaluation(structs.replace(PAGE, cases=cases)), "utf-8")
    page, complaints, requests = opened(browser, path, scheme, width)
    wide = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    named = page.evaluate(
        "[...document.querySelectorAll('svg.chart')].map(e => e.getAttribute('aria-label'))"
    )
    page.close()
    assert complaints == []
    assert [url for url in requests if not url.startswith("data:")] == [path.as_uri()]
    assert wide[0] <= wide[1]
    assert len(named) == (2 if cases else 0)
    assert all(named)
