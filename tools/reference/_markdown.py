"""Markdown of our own: tables, code, and text that may hold anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NOTE = "<!-- Made from the code by tools/reference; edits are lost. -->"


def page(title: str, *parts: str) -> str:
    """A page of parts with an empty line between them."""
    return "\n\n".join([NOTE, f"# {title}", *filter(None, parts)]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown of one line."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code(text: str) -> str:
    """A name or value as it is typed, safe inside a table."""
    return f"`{text}`".replace("|", "\\|") if text else ""


def prose(text: str) -> str:
    """Words from a docstring or a help text, on one line: nothing in them is taken as markup.

    What stands between backticks stays code.
    """
    parts = " ".join(text.split()).split("`")
    if len(parts) % 2 == 0:  # a backtick without its partner
        return _escaped(" ".join(text.split()).replace("`", "'"))
    return "`".join(
        part.replace("|", "\\|") if number % 2 else _escaped(part)
        for number, part in enumerate(parts)
    )


def _escaped(text: str) -> str:
    for mark in "\\*_[]<>|#$~":
        text = text.replace(mark, f"\\{mark}")
    return text


def block(text: str) -> str:
    """Text as it is."""
    return f"```text\n{text.rstrip()}\n```"
