"""TOML from outside: the one way in, so that no text takes the parser long, or down.

`tomllib` calls itself for each level of nesting and takes time that grows with the square of the
parts of a key; files of ours have some hundred lines.
"""

from __future__ import annotations

import tomllib
from typing import Any

MAX_CHARACTERS = 1 << 18
MAX_DEPTH = 32
_MOST_DOTS = 200
"""Of a line, in text or between the parts of a key."""
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
