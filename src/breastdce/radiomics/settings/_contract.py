"""What is made of another program's settings: a panel, and a word about each of them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import msgspec

from breastdce.radiomics.panel import Panel, parse_panel

Table = Mapping[str, Any]
"""A panel as its TOML file says it."""


class SettingNote(msgspec.Struct, frozen=True):
    """What became of one setting."""

    key: str
    """As the file has it."""
    value: str
    honored: bool
    """Whether the values follow it; false where they do in part only."""
    why: str


@dataclass(frozen=True, slots=True)
class Settings:
    """A panel in the words of another program."""

    table: Table
    notes: tuple[SettingNote, ...]
    labels: tuple[int, ...] = ()
    """Labels of the mask that the settings ask for; all when empty."""

    def panel(self) -> Panel:
        """The panel itself.

        Raises
        ------
        RecipeError
            RECIPE_INVALID where a number is out of bounds.
        """
        return parse_panel(_toml(self.table), str(self.table["name"]))


def shipped_table(name: str) -> Table:
    """A panel that ships with the package, as its file says it."""
    text = resources.files("breastdce.radiomics.panels").joinpath(f"{name}.toml")
    return tomllib.loads(text.read_text(encoding="utf-8"))


def _toml(table: Table) -> str:
    """TOML text of a panel: plain keys first, then its families."""
    lines = [f"{key} = {_value(value)}" for key, value in table.items() if key != "family"]
    for entry in table["family"]:
        lines += ["[[family]]", *(f"{key} = {_value(value)}" for key, value in entry.items())]
    return "\n".join(lines)


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {_value(part)}' for key, part in value.items())} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(part) for part in value)}]"
    if isinstance(value, float):
        return repr(value)  # JSON has no infinity
    return json.dumps(value)
