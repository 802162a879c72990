"""The page of an evaluation shows its figures, and what has no value as that."""

from __future__ import annotations

import math
import re

import pytest
from msgspec import structs

from breastdce.core.codes import Undefined
from breastdce.report.evaluation_page import (
    CaseView,
    EvaluationPage,
    FigureView,
    VolumesView,
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
    volumes=VolumesView(mean=-3.5, low=-15.97, high=8.97),  # +1 and -8 mL: SD 6.364
    figures=(FIGURE,),
    files=("cases.tsv",),
)


def test_the_page_shows_figures_charts_and_the_worst_first():
    text = render_evaluation(PAGE)
    assert "2.000 to infinite" in text
    assert "n/a to 2.500" in text
    assert "Both masks of 3 exams are empty" in text
    assert "\N{MIDDLE DOT} 2 exams \N{MIDDLE DOT} unseen" in text
    assert text.count('<svg class="chart"') == 2
    assert "<h3>a b</h3>" in text
    assert 'aria-label="Dice of each exam by a b"' in text
    assert "<i>bad" not in text
    rows = re.findall(r'<tr><th scope="row">([^<]+)</th><td class="num">([^<]+)', text)
    assert [dice for _, dice in rows] == ["0.000", "0.900"]
    assert text == render_evaluation(PAGE)


def test_differences_of_volume_have_their_limits():
    text = render_evaluation(PAGE)
    assert ">mean \N{MINUS SIGN}3.50<" in text
    assert ">+1.96 SD 8.97<" in text
    assert ">\N{MINUS SIGN}1.96 SD \N{MINUS SIGN}15.97<" in text
    assert text.count('class="used"') == 3
    assert "Where the interval is n/a" not in text
    assert "are n/a" not in text


def test_what_one_patient_cannot_tell_is_said_in_words():
    nan, reason = math.nan, Undefined.TOO_FEW_PARTICIPANTS
    text = render_evaluation(
        structs.replace(
            PAGE,
            both_empty=1,
            cases=(GOOD,),
            volumes=VolumesView(mean=1.0, low=nan, high=nan, reason=reason),
            figures=(structs.replace(FIGURE, low=nan, high=nan, interval_reason=reason),),
        )
    )
    assert ">mean 1.00<" in text
    assert text.count('class="used"') == 1
    assert "SD n/a" not in text
    assert '<td class="num">n/a</td>' in text  # not "n/a to n/a"
    assert text.count(reason.meaning) == 2  # of the figures, and of the chart
    assert "\N{MIDDLE DOT} 1 exam \N{MIDDLE DOT} unseen" in text
    assert "Both masks of 1 exam are empty" in text


def test_nothing_is_said_of_nothing():
    text = render_evaluation(structs.replace(PAGE, cases=(), volumes=None, both_empty=0))
    assert "No exam has a mask with a voxel" in text
    assert "Both masks" not in text
    assert "<svg" not in text


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("cases", [(GOOD, BAD) * 20, ()], ids=["40 exams", "none"])
def test_the_page_opens_without_complaint_or_network(browser, tmp_path, cases, scheme, width):
    path = tmp_path / "evaluation.html"
    shown = structs.replace(PAGE, cases=cases, volumes=PAGE.volumes if cases else None)
    path.write_text(render_evaluation(shown), "utf-8")
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
