"""The pages for users, those that are made from the code included, for the tests of this folder."""

from __future__ import annotations

import importlib
import re
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MADE = ROOT / "docs" / "reference" / "made"
FENCE = re.compile(r"^( *)```(\w*|\{[\w-]+\})[^\n]*\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)


@cache
def made_pages() -> dict[str, str]:
    """Name of each page that tools/reference makes, and its text."""
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        reference = importlib.import_module("reference")
        return {name: reference.page_text(name) for name in reference.page_names()}
    finally:
        sys.path.remove(str(ROOT / "tools"))


def written_pages() -> list[Path]:
    """Pages that people write, and what they link to of the same kind."""
    folders = [path for path in (ROOT / "docs").rglob("*.md") if MADE not in path.parents]
    written = [path for path in folders if "_build" not in path.parts]
    others = ("README.md", "CONTRIBUTING.md", "benchmarks/README.md")
    return sorted([*written, *(ROOT / name for name in others)])


@cache
def pages() -> dict[Path, str]:
    """Every page with its text."""
    texts = {path: path.read_text(encoding="utf-8") for path in written_pages()}
    return texts | {MADE / f"{name}.md": text for name, text in made_pages().items()}


def name_of(path: Path) -> str:
    """A page's path from the root of the checkout, for the names of tests."""
    return path.relative_to(ROOT).as_posix()
