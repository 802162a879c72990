"""The reference pages that are made from the code: every file here without underscore is one.

Such a module has `text()`, which gives the page as Markdown. `make docs` writes them all below
docs/reference/made; a page of its own needs a file here and its name in docs/reference/index.md.
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path


def page_names() -> tuple[str, ...]:
    """Names of the pages, sorted."""
    names = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in names if not name.startswith("_")))


def page_text(name: str) -> str:
    """One page as Markdown."""
    text: str = importlib.import_module(f"{__name__}.{name}").text()
    return text


def write_pages(folder: Path) -> None:
    """Write every page; a page that has not changed keeps its time, and so is not built again."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {f"{name}.md": page_text(name) for name in page_names()}
    for path in folder.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
