"""TOML from outside: the one way in, so that no text takes the parser long, or down.

`tomllib` calls itself for each level of nesting and takes time that grows with the square of the
parts of a key; files of ours have some hundred lines.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

MAX_CHARACTERS = 1 << 18
MAX_DEPTH = 32
_MOST_DOTS = 200
"""Of a line, in text or between the parts of a key."""
_WORDS = {
    "`object`": "a table",
    "`array`": "a list",
    "`str`": "text",
    "`int`": "a whole number",
    "`float`": "a number",
    "`bool`": "true or false",
    "`null`": "nothing",
    "Object contains unknown field": "Unknown key",
    "Object missing required field": "Missing key",
}
_PLACE = re.compile(r" - at `\$([^`]*)`")
_ENTRY = re.compile(r"\[(\d+)\]")
TomlError = tomllib.TOMLDecodeError


def parse_toml(text: str) -> dict[str, Any]:
    """Parse TOML.

    Raises
    ------
    TomlError
        When it is none, or longer or deeper than any file of ours.
    """
    if len(text) > MAX_CHARACTERS:
        raise TomlError(f"more than {MAX_CHARACTERS} characters")
    if any(line.count(".") > _MOST_DOTS for line in text.splitlines()):
        raise TomlError(f"a line with more than {_MOST_DOTS} dots")
    try:
        table = tomllib.loads(text)
    except (RecursionError, OverflowError) as error:
        raise TomlError(type(error).__name__) from error
    except TomlError:
        raise
    except ValueError as error:  # a number of thousands of digits, or a date that is none
        raise TomlError(str(error)) from error
    _check_depth(table)
    return table


def reason_of(error: Exception) -> str:
    """What is wrong with a table, in the words of TOML, the place with it.

    `msgspec` says ``Expected `object`, got `str` - at `$.authors[0]` ``; this says
    ``Expected a table, got text, in authors 1``.
    """
    text = str(error)
    for theirs, ours in _WORDS.items():
        text = text.replace(theirs, ours)
    return _PLACE.sub(lambda found: f", in {_place(found[1])}" if found[1] else "", text)


def _place(path: str) -> str:
    steps = path.lstrip(".").split(".")
    return ", ".join(_ENTRY.sub(lambda found: f" {int(found[1]) + 1}", step) for step in steps)


def _check_depth(table: dict[str, Any]) -> None:
    level: list[Any] = [table]
    for _ in range(MAX_DEPTH):
        level = [part for value in level for part in _parts(value)]
        if not level:
            return
    raise TomlError(f"more than {MAX_DEPTH} levels of tables and lists")


def _parts(value: dict[str, Any] | list[Any]) -> list[Any]:
    """Tables and lists that are directly in one of them."""
    inner = value.values() if isinstance(value, dict) else value
    return [part for part in inner if isinstance(part, dict | list)]
