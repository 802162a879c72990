"""What is made of another program's settings: a panel, and a word about each of them."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from breastdce.radiomics.panel import Panel, Table, panel_of


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
        return panel_of(self.table, str(self.table["name"]))
