"""Definitions as data: strict TOML, shipped with the package or somebody's own."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any, Literal, TypeVar

import msgspec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import RecipeError
from breastdce.core.toml import TomlError, parse_toml, reason_of

Folder = Literal["schemas", "rules", "tables"]
T = TypeVar("T")
FORMAT = 1
"""Version of the files' form; the key `schema` states it."""


def shipped(folder: Folder) -> tuple[str, ...]:
    """Names of the definitions of one kind that ship with the package."""
    names = (entry.name for entry in _folder(folder).iterdir())
    return tuple(sorted(name[:-5] for name in names if name.endswith(".toml")))


def shipped_text(folder: Folder, name: str) -> str:
    """Text of a definition that ships with the package.

    Raises
    ------
    RecipeError
        UNKNOWN_ENTRY with the names that there are.
    """
    known = shipped(folder)
    if name not in known:
        raise RecipeError(
            ErrorCode.UNKNOWN_ENTRY,
            f"The package has no {folder} of that name",
            evidence={"given": name, "known": ", ".join(known)},
            remedy="Give one of these names or the path of a .toml file.",
        )
    text: str = (_folder(folder) / f"{name}.toml").read_text(encoding="utf-8")
    return text


def read_toml(text: str, origin: str) -> dict[str, Any]:
    """Parse TOML of the known form; `origin` is named in errors.

    Raises
    ------
    RecipeError
        DEFINITION_INVALID.
    """
    try:
        table = parse_toml(text)
    except TomlError as error:
        raise invalid(origin, str(error)) from error
    if table.get("schema") != FORMAT:
        raise invalid(origin, f"schema is {table.get('schema')}; this version reads {FORMAT}")
    return table


def convert(table: Mapping[str, Any], kind: type[T], origin: str) -> T:
    """Make a record of a table, unknown and missing keys refused.

    Raises
    ------
    RecipeError
        DEFINITION_INVALID with the place in the file.
    """
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        raise invalid(origin, reason_of(error)) from error


def invalid(origin: str, why: str) -> RecipeError:
    """Say what is wrong in a definition."""
    return RecipeError(ErrorCode.DEFINITION_INVALID, evidence={"file": origin, "why": why})


def _folder(folder: Folder) -> Any:
    return resources.files("breastdce.cohort") / folder
