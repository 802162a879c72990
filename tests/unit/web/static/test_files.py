"""The files of the pages as they lie in the package: plain, small, and complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.web.static.made import STATIC

PAGES = sorted(STATIC.glob("*.html"))
MODULES = sorted(STATIC.glob("*.js"))
OURS = ("index.html", "case.html", "readers.html")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_pages_have_no_script_or_style_of_their_own(path):
    text = path.read_text("utf-8")
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", text)
    for link in re.findall(r'(?:src|href)="([^"#]+)"', text):
        assert link.startswith(("/", "data:"))
        if link.startswith("/static/"):
            assert (STATIC / link.removeprefix("/static/")).is_file()


@pytest.mark.parametrize(
    "path", [*PAGES, *MODULES, STATIC / "style.css"], ids=lambda path: path.name
)
def test_nothing_names_another_host(path):
    hosts = set(re.findall(r"\bhttps?://[\w.]+", path.read_text("utf-8")))
    assert hosts <= {"http://www.w3.org"}  # the name of SVG, not an address


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_modules_are_short_and_import_what_is_there(path):
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 300
    for name in re.findall(r'from "([^"]+)"', text):
        assert (STATIC / name).is_file()


@pytest.mark.parametrize("name", OURS)
def test_a_page_asks_for_all_its_modules_at_once(name):
    page = (STATIC / name).read_text("utf-8")
    asked = set(re.findall(r'(?:modulepreload" href|src)="/static/(\w+\.js)"', page))
    needed = {other for module in asked for other in _imports(STATIC / module)}
    assert needed <= asked


def _imports(path: Path) -> list[str]:
    return re.findall(r'from "\./([^"]+)"', path.read_text("utf-8"))


def test_every_module_is_reached_from_a_page():
    reached = {
        STATIC / src
        for page in PAGES
        for src in re.findall(r"/static/(\w+\.js)", page.read_text("utf-8"))
    }
    while True:
        more = {
            STATIC / name
            for path in reached
            for name in re.findall(r'from "\./([^"]+)"', path.read_text("utf-8"))
        }
        if more <= reached:
            break
        reached |= more
    assert set(MODULES) <= reached


@pytest.mark.parametrize("name", OURS)
def test_every_element_that_scripts_ask_for_is_in_a_page(name):
    page = (STATIC / name).read_text("utf-8")
    module = re.findall(r"/static/(\w+)\.js", page)[0]
    asked = re.findall(r'(?:byId|input)\("([\w-]+)"', (STATIC / f"{module}.js").read_text("utf-8"))
    assert {name for name in asked if f'id="{name}"' not in page} == set()
