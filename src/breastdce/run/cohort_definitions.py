"""The definitions that a call names: shipped with the package, or files of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from breastdce.cohort.characteristics import Characteristics, parse_characteristics
from breastdce.cohort.clinical import normal
from breastdce.cohort.definition import Folder, invalid, shipped_text
from breastdce.cohort.rule_book import RuleBook, parse_rules
from breastdce.cohort.scanners import Scanners, parse_scanners
from breastdce.cohort.schema import Schema, parse_schema
from breastdce.cohort.values import text_of
from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.sheet import CellFault
from breastdce.formats.sheets import read_sheet

Lists = dict[tuple[str, str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Definitions:
    """Everything that a cohort is made by."""

    book: RuleBook
    characteristics: Characteristics | None
    scanners: Scanners
    lists: Lists
    """Patients as the lists name them."""


def read_definitions(rules: str) -> Definitions:
    """Read the rules, and the tables and lists that they name.

    Parameters
    ----------
    rules
        A name that ships, or the path of a TOML file; files that it names lie relative to it.

    Raises
    ------
    RecipeError
        DEFINITION_INVALID, UNKNOWN_ENTRY.
    CallError, InputError
        A list cannot be read.
    """
    path = Path(rules)
    # Rules that ship name tables that ship, and no list of patients.
    base = path.parent if path.suffix.lower() == ".toml" else None
    book = parse_rules(_text("rules", rules, None), path.name)
    table1 = None
    if book.table1 is not None:
        table1 = parse_characteristics(_text("tables", book.table1, base), book.table1)
    return Definitions(
        book=book,
        characteristics=table1,
        scanners=parse_scanners(_text("tables", book.table2, base), book.table2),
        lists=_lists(book, path.parent),
    )


def read_schema(schema: str) -> Schema:
    """Read a schema by the name that it ships under, or from a TOML file.

    Raises
    ------
    RecipeError
        DEFINITION_INVALID, UNKNOWN_ENTRY.
    """
    return parse_schema(_text("schemas", schema, None), Path(schema).name)


def _text(folder: Folder, name: str, base: Path | None) -> str:
    if not name.lower().endswith(".toml"):
        return shipped_text(folder, name)
    path = Path(name) if base is None else base / name
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise invalid(name, str(error)) from error


def _lists(book: RuleBook, folder: Path) -> Lists:
    wanted = {entry for rule in book.rules for entry in rule.needs().lists}
    return {(file, column): _list(folder / file, column) for file, column in sorted(wanted)}


def _list(path: Path, column: str) -> frozenset[str]:
    rows = read_sheet(path).rows
    header = [normal(cell) for cell in rows[0].cells] if rows else []
    if normal(column) not in header:
        raise InputError(
            ErrorCode.COLUMN_MISSING,
            "A list of patients lacks its column",
            evidence={"file": path.name, "missing": column},
            remedy="Name the column in the rule (column = …).",
        )
    place = header.index(normal(column))
    cells = (row.cells[place] for row in rows[1:] if place < len(row.cells))
    names = (text_of(cell) for cell in cells if not isinstance(cell, CellFault))
    return frozenset(name for name in names if name)
