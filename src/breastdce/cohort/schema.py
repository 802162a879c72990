"""The schema of a clinical table: which columns of which sheets mean what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from breastdce.cohort.definition import convert, invalid, read_toml

Kind = Literal["text", "integer", "number", "boolean", "category"]
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
MISSING = ("", "na", "n/a", "nan", "null", ".", "-")
"""Spellings of a missing value that every column knows, in lower case."""
RESERVED = frozenset(
    (
        *("patient_id", "visit", "n_phases", "manufacturer", "manufacturer_model"),
        *("field_strength_t", "laterality", "layout", "kept_despite"),
    )
)
"""Columns of the cohort's table that come from the images."""


class PatientRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the patient is named in every sheet."""

    header: str
    prefix: str = ""
    """Put before the cell's value, unless it begins with it already."""
    kind: Literal["text", "integer"] = "text"
    least: int | None = None
    most: int | None = None


class ColumnRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One column: where it stands, what it is called, and what its cells may hold."""

    header: str
    """In the sheet; compared without regard to case and to blanks."""
    name: Name
    """In the published tables."""
    long_name: str
    description: str
    kind: Kind
    units: str | None = None
    levels: dict[str, str] = {}
    """Code to meaning; needed for a category, and only there."""
    least: float | None = None
    most: float | None = None
    missing: tuple[str, ...] = ()
    """More spellings of a missing value, compared without regard to case."""
    required: bool = False
    """Whether a missing value is a problem to be listed."""


class SheetRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One sheet; sheets are joined by patient."""

    name: str | None = None
    """None takes the first sheet, or the whole of a text table."""
    column: tuple[ColumnRule, ...]


class Schema(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All columns that are read of a clinical table; others are not looked at."""

    schema: int
    name: str
    description: str = ""
    source: str = ""
    patient: PatientRule
    sheet: tuple[SheetRule, ...]

    def columns(self) -> Iterator[ColumnRule]:
        """All columns, in the order of the published table."""
        return (column for sheet in self.sheet for column in sheet.column)


def parse_schema(text: str, origin: str) -> Schema:
    """Read a schema from TOML text; `origin` is named in errors.

    Raises
    ------
    RecipeError
        DEFINITION_INVALID with the place.
    """
    schema = convert(read_toml(text, origin), Schema, origin)
    names = Counter(column.name for column in schema.columns())
    for name, count in names.items():
        if count > 1 or name in RESERVED:
            raise invalid(origin, f"the name {name!r} is taken")
    for column in schema.columns():
        if (column.kind == "category") != bool(column.levels):
            raise invalid(origin, f"{column.name}: levels belong to a category, and only there")
        if any(not _is_code(code) for code in column.levels):
            raise invalid(origin, f"{column.name}: a code is not short plain text, or n/a")
    if len({sheet.name for sheet in schema.sheet}) < len(schema.sheet):
        raise invalid(origin, "two sheets have the same name")
    return schema


def _is_code(text: str) -> bool:
    return re.fullmatch(r"[!-~][ -~]{0,63}", text) is not None and text != "n/a"
