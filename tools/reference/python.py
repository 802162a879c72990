"""The public names of the package: signature and docstring."""

from __future__ import annotations

import inspect

import breastdce
from reference._markdown import block, code, page, prose, table

_LEAD = """These names stay; everything else in the package may move. They are loaded on first
use, so that `import breastdce` costs next to nothing. [How to use them in a
notebook](../../how-to/notebook.md)."""


def text() -> str:
    """The page."""
    rows = ((f"[{code(name)}](#{name.lower()})", _summary(name)) for name in breastdce.__all__)
    sections = (_section(name) for name in breastdce.__all__)
    return page("Python", _LEAD, table(("name", "what"), rows), *sections)


def _summary(name: str) -> str:
    return prose((inspect.getdoc(getattr(breastdce, name)) or "").split("\n\n")[0])


def _section(name: str) -> str:
    public = getattr(breastdce, name)
    try:
        signature = f"{name}{inspect.signature(public)}".replace("'", "")
    except ValueError:  # an exception of a class without one
        signature = name
    shown = block("\n\n".join((signature, inspect.getdoc(public) or "")))
    return f"## {name}\n\n{shown}"
