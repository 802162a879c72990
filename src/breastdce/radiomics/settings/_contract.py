"""What is made of another program's settings: a panel, and a word about each of them."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import RecipeError
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
            RECIPE_INVALID where a number is out of bounds, or no family of ours is asked for.
        """
        name = str(self.table["name"])
        if not self.table["family"]:
            raise RecipeError(
                ErrorCode.RECIPE_INVALID,
                "The settings ask for no family that is known here",
                evidence={"panel": name},
                remedy="Compare with the panels that ship with the package.",
            )
        return panel_of(self.table, name)
