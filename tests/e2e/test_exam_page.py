"""The exam page in a browser: quiet, within reach of everybody, by keys, on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.report.opened import opened
from tests.until import until

DEMO = pytest.param("demo", marks=pytest.mark.xdist_group("demo"))
REAL = [
    pytest.param(name, marks=[pytest.mark.data, pytest.mark.xdist_group("real")])
    for name in ("ucsf", "duke")
]
LARGEST = {"demo": 1.5e6, "ucsf": 2.5e6, "duke": 4e6}
"""Bytes; chosen before the pages were measured."""
pytestmark = pytest.mark.slow


@pytest.fixture(params=[DEMO, *REAL])
def page_file(request) -> tuple[str, Path]:
    """Name of a data set and the page of its first exam."""
    out = request.getfixturevalue(request.param)
    return request.param, sorted((out / "report" / "exams").glob("*.html"))[0]


def violations(page: Any) -> list[str]:
    """What axe-core finds, with the first element of each."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not there")
    found = axe.Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]


def test_the_page_is_small(page_file):
    name, path = page_file
    assert path.stat().st_size < LARGEST[name]


def test_the_page_is_quiet_and_accessible(browser, page_file):
    look(browser, page_file[1], "light")


@pytest.mark.xdist_group("demo")
def test_it_is_so_in_the_dark(browser, demo):  # colors are the same for all exams
    look(browser, sorted((demo / "report" / "exams").glob("*.html"))[0], "dark")


def look(browser: Any, path: Path, scheme: str) -> None:
    """Open everything that can be opened, and look for faults."""
    page, complaints, requests = opened(browser, path, scheme, 1280)
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    page.keyboard.press("m")  # the large slice is part of what is looked at
    found = violations(page)
    page.close()
    assert complaints == []
    assert [url for url in requests if not url.startswith(("data:", path.as_uri()))] == []
    assert found == []


def test_keys_step_through_sections_and_slices(browser, page_file):
    page, complaints, _ = opened(browser, page_file[1], "light", 1280)
    page.evaluate("window.scrollTo({ top: 0, behavior: 'instant' })")
    focused = "document.activeElement.id"
    for key, place in (("j", "summary"), ("j", "acquisition"), ("k", "summary")):
        page.keyboard.press(key)
        assert page.evaluate(focused) == f"{place}-title"
    page.keyboard.press("m")
    assert page.evaluate(focused) == "mosaic-title"
    stage = page.locator(".stage:visible")
    first = stage.locator("output").inner_text()
    page.keyboard.press("ArrowRight")
    assert stage.locator("output").inner_text() != first
    page.keyboard.press("ArrowLeft")
    assert stage.locator("output").inner_text() == first
    page.keyboard.press("ArrowDown")
    assert stage.count() == 1
    assert stage.locator("output").inner_text().split(",")[0] != first.split(",")[0]
    page.keyboard.press("Escape")
    assert stage.count() == 0
    page.keyboard.press("?")
    page.uncheck("#keys-on")  # who speaks to the computer must be able to turn single keys off
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("m")
    assert stage.count() == 0
    page.close()
    assert complaints == []


def test_the_methods_text_is_copied_or_left_selected(browser, page_file):
    page, _, _ = opened(browser, page_file[1], "light", 1280)
    text = page.inner_text("#methods-text")
    page.click("[data-copy=methods-text]")
    until(page, "document.querySelector('#methods output').textContent !== ''")
    said = page.inner_text("#methods output")
    assert said == "Copied." or page.evaluate("String(getSelection())").strip() == text
    assert "breastdce" in text
    page.close()


def test_the_page_is_whole_without_script_and_prints(browser, page_file, tmp_path):
    context = browser.new_context(java_script_enabled=False, color_scheme="dark")
    page = context.new_page()
    page.goto(page_file[1].as_uri())
    assert page.locator(".mosaic").count() == 3
    assert page.locator("button:visible").count() == 0
    page.pdf(path=tmp_path / "page.pdf", format="A4")
    context.close()
    pdf = (tmp_path / "page.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert 5 <= pdf.count(b"/Type /Page\n") <= 40
    assert pdf.count(b"/Subtype /Image") > 30


@pytest.mark.xdist_group("demo")
def test_each_page_says_where_its_exam_stands(demo):
    for path in (demo / "report" / "exams").glob("*.html"):
        section = path.read_text("utf-8").partition('<section id="cohort"')[2]
        section = section.partition("</section>")[0]
        assert "3 exams are in this data set" in section
        assert "of 3" in section
        assert "Not compared yet" not in section
