"""Pages in a real browser: no error, nothing fetched, nothing wider than the screen."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from breastdce.report.dataset_view import CohortView
from breastdce.report.figure import thumbnail
from breastdce.report.index_page import render_index
from breastdce.report.page import render_exam
from breastdce.report.readers_page import render_readers
from breastdce.report.view import ExamLine, ExclusionView
from tests.unit.report.made_readers import PAGE
from tests.unit.report.opened import opened
from tests.until import until

pytestmark = pytest.mark.slow


@pytest.fixture
def report(view, emptied, tmp_path) -> Path:
    """A data set's folder `report` with two exam pages and an index of 60 exams."""
    for folder in ("exams", "figures"):
        (tmp_path / folder).mkdir()
    other = replace(emptied(view), exam="sub-0002_ses-T0")
    lines = []
    for exam in (view, other):
        (tmp_path / "exams" / f"{exam.exam}.html").write_text(render_exam(exam), "utf-8")
        (tmp_path / "figures" / f"{exam.exam}.png").write_bytes(thumbnail(exam))
        link, picture = f"exams/{exam.exam}.html", f"figures/{exam.exam}.png"
        lines.append(ExamLine(exam.exam, exam.row, link, picture))
    cohort = CohortView(
        dataset="Browser test",
        recipe="ispy1",
        exams=lines * 30,
        exclusions=[ExclusionView("sub-0003_ses-T0", "TOO_FEW_PHASES", "x" * 200)],
        methods="Phases were read.",
    )
    (tmp_path / "index.html").write_text(render_index(cohort), "utf-8")
    return Path(tmp_path)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "name", ["index.html", "exams/sub-0001_ses-T0.html", "exams/sub-0002_ses-T0.html"]
)
def test_pages_open_without_complaint_or_network(browser, report, name, scheme, width):
    page, complaints, requests = opened(browser, report / name, scheme, width)
    wide = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    page.close()
    assert complaints == []
    inside = ("data:", report.as_uri())
    assert [url for url in requests if not url.startswith(inside)] == []
    if name.startswith("exams/"):  # all that an exam page shows is in its file
        assert [url for url in requests if not url.startswith("data:")] == [
            (report / name).as_uri()
        ]
    assert wide[0] <= wide[1]


@pytest.mark.parametrize("width", [1100, 1360])
def test_the_list_of_exams_stays_in_its_card(browser, report, view, width):
    row = {**view.row, "caveats": "PRE_GAP;SEG_UNUSED;VOI_PROPOSED;THRESHOLD_DEFAULT"}
    link, picture = f"exams/{view.exam}.html", f"figures/{view.exam}.png"
    lines = [ExamLine("sub-INSTITUTION0001_ses-T0", row, link, picture)]
    cohort = CohortView(dataset="x", recipe="ispy1", exams=lines, exclusions=[], methods="")
    (report / "index.html").write_text(render_index(cohort), "utf-8")
    page, _, _ = opened(browser, report / "index.html", "light", width)
    wide = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    page.close()
    assert wide[0] <= wide[1]


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
def test_the_page_of_readers_stands_alone_and_goes_by_keyboard(browser, tmp_path, scheme, width):
    file = tmp_path / "readers.html"
    file.write_text(render_readers(PAGE), "utf-8")
    page, complaints, requests = opened(browser, file, scheme, width)
    wide = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    reached = set()
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.getAttribute('aria-labelledby')"))
    page.close()
    assert complaints == []
    assert [url for url in requests if not url.startswith("data:")] == [file.as_uri()]
    assert wide[0] <= wide[1]
    tables = {f"{name}-title" for name in ("readers", "pairs", "volumes", "worst", "consensus")}
    assert tables <= reached


def test_pictures_and_thumbnails_are_decoded_and_in_proportion(browser, report, view):
    page, _, _ = opened(browser, report / "exams/sub-0001_ses-T0.html", "light", 1280)
    box = page.locator("svg.picture").first.bounding_box()
    frame = page.locator("svg.picture").first.get_attribute("viewBox").split()
    assert math.isclose(
        box["width"] / box["height"], float(frame[2]) / float(frame[3]), rel_tol=0.01
    )
    page.close()
    index, _, _ = opened(browser, report / "index.html", "light", 1280)
    index.locator("img").first.scroll_into_view_if_needed()
    until(index, "document.images[0].naturalWidth === 112")
    index.close()


def test_dark_follows_the_reader(browser, report):
    color = "getComputedStyle(document.body).backgroundColor"
    shown = set()
    for scheme in ("light", "dark"):
        page, _, _ = opened(browser, report / "index.html", scheme, 1280)
        shown.add(page.evaluate(color))
        page.close()
    assert shown == {"rgb(246, 247, 249)", "rgb(18, 22, 28)"}


def test_the_filter_and_the_columns_order_the_index(browser, report):
    page, complaints, _ = opened(browser, report / "index.html", "light", 1280)
    page.fill("#words", "sub-0002 ge")
    assert page.locator("#exam-list tbody tr:visible").count() == 30
    assert page.inner_text("#shown") == "30 of 60 exams"
    page.fill("#words", "")
    first = "#exam-list tbody tr:first-child th"
    page.click("#exam-list th[data-sort] button >> text=FTV")
    assert page.inner_text(first) == "sub-0002_ses-T0"  # 0 mL
    page.click("#exam-list th[data-sort] button >> text=FTV")
    assert page.inner_text(first) == "sub-0001_ses-T0"
    page.click("#exam-list th[data-sort] button >> text=STV")
    page.click("#exam-list th[data-sort] button >> text=STV")
    assert (
        page.inner_text("#exam-list tbody tr:last-child th") == "sub-0002_ses-T0"
    )  # no value: last
    assert complaints == []
    page.close()


def test_the_index_is_whole_without_script(browser, report):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((report / "index.html").as_uri())
    assert page.locator("#exam-list tbody tr").count() == 60
    assert not page.locator("#filter").is_visible()
    context.close()
