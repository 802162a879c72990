"""A sheet of cells as a file gave them, before any schema says what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class CellFault(StrEnum):
    """What stands in the place of a value that cannot be read."""

    DATE = "DATE"
    """A date or time; which one is never passed on."""
    ERROR = "ERROR"
    """An error value of the spreadsheet, such as #DIV/0!."""
    NO_RESULT = "NO_RESULT"
    """A formula whose result was never stored."""
    NOT_PLAIN = "NOT_PLAIN"
    """A list or another value that no cell of a table can hold."""


class Percent(NamedTuple):
    """A number that its spreadsheet shows in percent: 0.56 is shown as 56 %."""

    fraction: float


RawCell = str | int | float | bool | Percent | CellFault | None


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that is not empty."""

    number: int
    """In the file, counted from 1."""
    cells: tuple[RawCell, ...]
    """From the first column on; missing ones at the end are left out."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook, or a whole text table."""

    name: str
    rows: tuple[SheetRow, ...]
