"""The first page of a data set, of the demo cohort and of two real exams, in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from breastdce.cli.main import main
from breastdce.dataset import layout
from breastdce.dataset.validate import validate
from tests.e2e.conftest import run
from tests.unit.report.opened import opened

pytestmark = pytest.mark.slow
DEMO = pytest.mark.xdist_group("demo")
REAL = [pytest.mark.data, pytest.mark.xdist_group("real")]
axe_python = pytest.importorskip("axe_playwright_python.sync_playwright")
LINK = "#exam-list tbody th a"


@pytest.fixture(scope="module")
def demo_report(demo, tmp_path_factory) -> Path:
    """The demo's data set with figures."""
    out = tmp_path_factory.mktemp("page") / "dataset"
    shutil.copytree(demo, out)
    assert main(["report", str(out), "--figures"]) == 0
    return Path(out)


@pytest.fixture(scope="module")
def two_exams(data: Callable[[str], Path], duke: Path, ucsf: Path, tmp_path_factory) -> Path:
    """A data set of both real exams, from what was computed of each."""
    out = tmp_path_factory.mktemp("two") / "dataset"
    for one in (duke, ucsf):
        shutil.copytree(layout.store(one), layout.store(out), dirs_exist_ok=True)
    run(data("ucsf_br_06"), data("duke_153"), out=out)
    return Path(out)


@pytest.fixture(
    params=[pytest.param("demo_report", marks=DEMO), pytest.param("two_exams", marks=REAL)]
)
def out(request) -> Path:
    return Path(request.getfixturevalue(request.param))


def test_the_page_is_silent_its_own_and_accessible(browser, out):
    look(browser, out, "light")


@DEMO
def test_it_is_so_in_the_dark(browser, demo_report):  # colors are the same for all exams
    look(browser, demo_report, "dark")


def look(browser: Any, out: Path, scheme: str) -> None:
    """Look for faults of the page, and whether it asks for anything outside."""
    index = out / "report" / "index.html"
    page, complaints, requests = opened(browser, index, scheme, 1280)
    found = axe_python.Axe().run(page)
    wide = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    page.close()
    assert complaints == []
    inside = ("data:", (out / "report").as_uri())
    assert [url for url in requests if not url.startswith(inside)] == []
    assert found.violations_count == 0, found.generate_report()
    assert wide[0] <= wide[1]


def test_nothing_is_wider_than_a_narrow_screen(browser, out):
    page, complaints, _ = opened(browser, out / "report" / "index.html", "light", 390)
    wide = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    page.close()
    assert complaints == []
    assert wide[0] <= wide[1]


@DEMO
def test_the_list_is_searched_and_walked_by_keyboard(browser, demo_report):
    page, complaints, _ = opened(browser, demo_report / "report" / "index.html", "light", 1280)
    names = page.locator(LINK).all_text_contents()
    assert len(names) > 1
    page.keyboard.press("/")
    page.keyboard.type(names[1])
    assert page.locator(f"{LINK}:visible").all_text_contents() == [names[1]]
    assert page.inner_text("#shown") == f"1 of {len(names)} exams"
    page.keyboard.press("ArrowDown")
    assert focused(page) == names[1]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Escape")
    assert page.locator(f"{LINK}:visible").count() == len(names)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert focused(page) == names[1]
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{names[1]}.html")
    assert complaints == []
    page.close()


@DEMO
def test_columns_are_sorted_by_keyboard(browser, demo_report):
    page, _, _ = opened(browser, demo_report / "report" / "index.html", "light", 1280)
    page.locator("#exam-list th button", has_text="FTV").focus()
    cells = "#exam-list tbody td:nth-child(5)"
    values = []
    for _ in range(2):
        page.keyboard.press("Enter")
        shown = page.locator(cells).evaluate_all("cells => cells.map((c) => c.dataset.value)")
        values.append([float(value) for value in shown])
    assert values[0] == sorted(values[0])
    assert values[1] == sorted(values[0], reverse=True)
    page.close()


@DEMO
def test_figures_belong_to_the_data_set(demo_report):
    names = {path.name for path in (demo_report / "report" / "figures").iterdir()}
    assert {"flow.svg", "gallery.png", "distributions-exams.svg", "agreement-cases.png"} <= names
    assert validate(demo_report) == []


@DEMO
def test_the_counts_of_a_cohort_stay_on_the_page(demo_report, tmp_path):
    out = tmp_path / "dataset"
    shutil.copytree(demo_report, out)
    cohort = tmp_path / "cohort"
    assert main(["cohort", str(out), str(cohort), "--rules", "baseline"]) == 0
    assert main(["report", str(out), "--cohort", str(cohort)]) == 0
    first = (out / "report" / "index.html").read_text("utf-8")
    assert "Patients known" in first
    assert main(["report", str(out)]) == 0
    assert (out / "report" / "index.html").read_text("utf-8") == first
    assert validate(out) == []


@DEMO
def test_a_folder_without_cohort_is_a_wrong_call(demo_report, tmp_path):
    assert main(["report", str(demo_report), "--cohort", str(tmp_path)]) == 2


def focused(page: Any) -> str:
    """Text of what has the focus."""
    return str(page.evaluate("document.activeElement.textContent"))
