"""Every link of every page leads somewhere, and every page can be reached."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.contract.doc_pages import FENCE, ROOT, name_of, pages

LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
TOCTREE = re.compile(r"^```\{toctree\}\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def prose(text: str) -> str:
    """A page without code."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", text))


def anchors(text: str) -> set[str]:
    """Names of the headings, as the code's host and Sphinx make them."""
    found: dict[str, int] = {}
    names = set()
    for heading in HEADING.findall(FENCE.sub("", text)):
        words = re.sub(r"\]\([^)]*\)", "]", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        seen = found[slug] = found.get(slug, -1) + 1
        names.add(f"{slug}-{seen}" if seen else slug)
    return names


@pytest.mark.parametrize("page", list(pages()), ids=name_of)
def test_every_link_leads_somewhere(page):
    wrong = [link for link in LINK.findall(prose(pages()[page])) if not leads(page, link)]
    assert not wrong


def leads(page: Path, link: str) -> bool:
    parts = urlsplit(link)
    if parts.scheme:
        return parts.scheme == "https" and "." in parts.netloc
    target = (page.parent / parts.path).resolve() if parts.path else page
    if target not in pages():
        return target.exists() and ROOT in target.parents and not parts.fragment
    return not parts.fragment or parts.fragment in anchors(pages()[target])


def test_every_page_below_docs_can_be_reached():
    listed = set()
    for page, text in pages().items():
        for tree in TOCTREE.findall(text):
            entries = [line for line in tree.splitlines() if line and not line.startswith(":")]
            listed |= {(page.parent / f"{entry}.md").resolve() for entry in entries}
    docs = {page for page in pages() if ROOT / "docs" in page.parents}
    assert docs - listed == {ROOT / "docs" / "index.md"}
    assert listed <= docs


def test_pictures_are_small():
    pictures = list((ROOT / "docs" / "pictures").glob("*"))
    sizes = [path.stat().st_size for path in pictures]
    assert max(sizes) < 100_000
    assert sum(sizes) < 600_000
