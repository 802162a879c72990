"""The worklist and the agreement of readers in a browser."""

from __future__ import annotations

import pytest

from tests.unit.web.static.made import EXAM

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("pages")]


@pytest.fixture
def page(watch, url):
    shown = watch().page
    shown.goto(url)
    shown.wait_for_selector("#cases tbody tr")
    return shown


def exams(page):
    return page.eval_on_selector_all(
        "#cases tbody tr:not([hidden])", "rows => rows.map((row) => row.dataset.exam)"
    )


def test_open_cases_come_first_and_all_are_counted(page):
    assert len(exams(page)) == 30
    assert exams(page)[0] == EXAM
    assert page.inner_text("#shown") == "30 of 30 cases"
    assert page.inner_text("#me") == "ada, reader"
    assert page.is_hidden("#to-readers")


def test_what_waits_is_in_order_of_doubt(page):
    cells = page.eval_on_selector_all(
        "#cases tbody tr", "rows => rows.map((row) => row.cells[4].innerText)"
    )
    assert cells[:3] == ["61 %", "empty", "29 %"]
    assert exams(page)[1:3] == ["sub-0030_ses-T0", "sub-0029_ses-T0"]
    why = page.locator("#cases tbody tr").first.locator("td").nth(3).locator("span")
    assert why.get_attribute("title") == "Chance that the mask is bad; raised by: Thin"
    waiting = [cell for cell, exam in zip(cells, exams(page), strict=True) if exam[4:8] == "0004"]
    assert waiting == ["\u2013"]


def test_filters_narrow_the_list_together(page):
    page.check("#states input[value=sent_back]")
    assert len(exams(page)) == 6
    page.select_option("#assignee", "bob")
    assert exams(page) == ["sub-0029_ses-T0", "sub-0019_ses-T0", "sub-0009_ses-T0"]
    page.fill("#words", "0019")
    assert exams(page) == ["sub-0019_ses-T0"]
    page.fill("#words", "nothing")
    assert page.inner_text("#shown") == "0 of 30 cases"
    page.fill("#words", "")
    page.uncheck("#states input[value=sent_back]")
    page.select_option("#assignee", "")
    page.select_option("#flag", "VOI_NONE")
    assert exams(page) == [f"sub-{n:04d}_ses-T0" for n in (24, 20, 16, 4, 28, 12, 8)]


def test_columns_sort_both_ways_and_what_is_missing_stays_last(page):
    page.click("#cases th[data-name=ftv] button")
    assert exams(page)[:2] == [EXAM, "sub-0002_ses-T0"]
    assert exams(page)[-1] == "sub-0007_ses-T0"
    page.click("#cases th[data-name=ftv] button")
    assert exams(page)[0] == "sub-0030_ses-T0"
    assert exams(page)[-1] == "sub-0007_ses-T0"
    assert page.get_attribute("#cases th[data-name=ftv]", "aria-sort") == "descending"


def test_the_list_is_steered_by_keys(page):
    page.keyboard.press("/")
    page.keyboard.type("sub-000")
    page.keyboard.press("Enter")
    focused = "document.activeElement.dataset.exam"
    shown = exams(page)
    assert page.evaluate(focused) == shown[0]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate(focused) == shown[1]
    page.keyboard.press("End")
    assert page.evaluate(focused) == shown[-1]
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/case/{shown[0]}")


def test_the_next_case_to_do_is_one_key_away(page):
    page.keyboard.press("n")
    page.wait_for_url(f"**/case/{EXAM}")


def test_what_was_submitted_waits_for_who_decides(watch, url, room):
    room.role = "adjudicator"
    page = watch().page
    page.goto(url)
    page.wait_for_selector("#cases tbody tr")
    states = page.locator("#cases tbody tr td:nth-child(2)").all_inner_texts()
    submitted = states.count("Submitted")
    assert submitted > 1
    assert states[:submitted] == ["Submitted"] * submitted
    page.route("**/case/*", lambda route: route.fulfill(body="a case"))
    first = exams(page)[0]
    page.keyboard.press("n")
    page.wait_for_url(f"**/case/{first}")


def test_agreement_is_a_table_that_sorts(watch, url):
    page = watch().page
    page.goto(f"{url}/readers")
    page.wait_for_selector("#tables[aria-busy=false]")
    assert page.locator("thead th").all_inner_texts() == ["Exam", "Readers", "Dice", "HD95, mm"]
    page.click("th[data-name=hd95] button")
    rows = page.locator("tbody tr").all_inner_texts()
    assert [row.split("\t")[2:] for row in rows] == [["0.500", "2.250"], ["0.912", "\u2013"]]
    assert "Two pairs." in page.inner_text("#tables")


@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (390, "dark")])
def test_the_page_is_no_wider_than_the_screen(watch, url, width, scheme):
    page = watch(viewport={"width": width, "height": 900}, color_scheme=scheme).page
    page.goto(url)
    page.wait_for_selector("#cases tbody tr")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
