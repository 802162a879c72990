"""Tables with declared columns as TSV and XLSX, their dictionaries, and JSON.

Equal content gives equal bytes. Missing is `n/a` in TSV and an empty cell in XLSX. Floats are
written by their shortest decimal that reads back as the same number.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.formats.atomic import write_bytes

Cell = str | int | float | bool | None
Row = Mapping[str, Cell]
Kind = Literal["text", "integer", "number", "boolean"]

MISSING = "n/a"
# XLSX must name a time of creation; a constant keeps the bytes equal and says nothing.
_NO_TIME = datetime(1980, 1, 1, tzinfo=UTC)
_LINE_BREAKING = re.compile(r"[\t\r\n\x00\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_NUMBER = re.compile(r"-?([0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?|inf)")
_MAX_WIDTH = 60  # characters of a column in the workbook
_SEEN_ROWS = 200  # rows that the width of a column is taken from


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column of a table and its entry in the data dictionary."""

    name: str
    long_name: str
    description: str
    kind: Kind = "text"
    units: str | None = None
    levels: Mapping[str, str] | None = None
    """Value to meaning, where the values are a closed list."""
    pattern: str | None = None
    """Regular expression that the whole of every non-missing cell of text matches."""


def write_tsv(path: Path, columns: Sequence[Column], rows: Iterable[Row]) -> None:
    """Write a UTF-8 TSV with LF line ends; one line of names, one line a row.

    Raises
    ------
    ValueError
        A row whose keys are not exactly the columns, or text that is not one line.
    TypeError
        A value not of its column's kind.
    """
    lines = ["\t".join(column.name for column in columns)]
    for row in rows:
        _check_keys(columns, row)
        lines.append("\t".join(format_cell(column, row[column.name]) for column in columns))
    write_bytes(path, ("\n".join(lines) + "\n").encode())


def read_tsv(path: Path, columns: Sequence[Column]) -> list[dict[str, Cell]]:
    """Read a table that `write_tsv` wrote with the same columns.

    Raises
    ------
    InputError
        TABLE_INVALID with the line and the column.
    """
    names, lines = read_raw_tsv(path)
    if names != [column.name for column in columns]:
        raise _invalid(path, 1, f"columns are {names[:8]}")
    return [_parse_line(path, number, columns, line) for number, line in enumerate(lines, 2)]


def read_raw_tsv(path: Path) -> tuple[list[str], list[list[str]]]:
    """Column names and cells of a TSV as text; InputError(TABLE_INVALID) when it is not one."""
    try:
        text = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise _invalid(path, 0, str(error)) from error
    if not text.endswith("\n") or "\r" in text:
        raise _invalid(path, 0, "not a text of lines that end in LF")
    names, *lines = [line.split("\t") for line in text[:-1].split("\n")]
    for number, line in enumerate(lines, 2):
        if len(line) != len(names):
            raise _invalid(path, number, f"{len(line)} cells under {len(names)} columns")
    return names, lines


def format_cell(column: Column, value: Cell) -> str:
    """Text of a cell; TypeError when the value is not of the column's kind."""
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    return _FORMATS[column.kind](column.name, value)


def parse_cell(column: Column, text: str) -> Cell:
    """Inverse of `format_cell`; ValueError when the text is not of the column's kind."""
    return None if text == MISSING else _PARSERS[column.kind](text)


def dictionary(columns: Iterable[Column]) -> dict[str, dict[str, object]]:
    """Data dictionary in the manner of BIDS: column to LongName, Description, Units, Levels."""
    return {column.name: _entry(column) for column in columns}


def write_json(path: Path, value: object) -> None:
    """Write JSON in UTF-8, two spaces of indent, LF; keys stay in their order."""
    write_bytes(path, json_bytes(value))


def json_bytes(value: object) -> bytes:
    """The bytes that `write_json` writes."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def write_xlsx(path: Path, sheet: str, columns: Sequence[Column], rows: Sequence[Row]) -> None:
    """Write a workbook: the table, its first line frozen, and a second sheet with the dictionary.

    Raises
    ------
    ValueError, TypeError
        As `write_tsv`.
    """
    buffer = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    import xlsxwriter  # loaded when needed: most commands write no workbook

    with xlsxwriter.Workbook(buffer, {"in_memory": True, **plain}) as book:
        book.set_properties({"created": _NO_TIME})
        bold = book.add_format({"bold": True})
        for row in rows:
            _check_keys(columns, row)
        table = [[_plain(column, row[column.name]) for column in columns] for row in rows]
        _fill(book.add_worksheet(sheet), bold, [column.name for column in columns], table)
        _fill(book.add_worksheet("dictionary"), bold, list(_SHEET), [_line(c) for c in columns])
    write_bytes(path, buffer.getvalue())


_SHEET = ("Column", "LongName", "Description", "Units", "Levels")


def _fill(sheet: Any, bold: Any, header: list[str], lines: list[list[Cell]]) -> None:
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, header, bold)
    for number, line in enumerate(lines, 1):
        for place, value in enumerate(line):
            if value is not None:
                sheet.write(number, place, value)
    for place, name in enumerate(header):
        widest = max([len(name), *(len(str(line[place])) for line in lines[:_SEEN_ROWS])])
        sheet.set_column(place, place, min(widest, _MAX_WIDTH) + 2)


def _plain(column: Column, value: Cell) -> Cell:
    text = format_cell(column, value)
    if text == MISSING:
        return None
    # A workbook knows no infinity: it stands as text, like in the TSV.
    return text if text.endswith("inf") else parse_cell(column, text)


def _line(column: Column) -> list[Cell]:
    levels = "; ".join(f"{value}: {what}" for value, what in (column.levels or {}).items())
    return [column.name, column.long_name, column.description, column.units, levels or None]


def _entry(column: Column) -> dict[str, object]:
    entry: dict[str, object] = {
        "LongName": column.long_name,
        "Description": column.description,
    }
    if column.units is not None:
        entry["Units"] = column.units
    if column.levels is not None:
        entry["Levels"] = dict(column.levels)
    return entry


def _check_keys(columns: Sequence[Column], row: Row) -> None:
    names = [column.name for column in columns]
    if len(row) != len(names) or any(name not in row for name in names):
        different = sorted(set(row) ^ set(names))
        raise ValueError(f"row and columns differ in {different}")


def _parse_line(
    path: Path, number: int, columns: Sequence[Column], line: list[str]
) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for column, text in zip(columns, line, strict=True):
        try:
            cells[column.name] = parse_cell(column, text)
        except ValueError as error:
            raise _invalid(path, number, f"{column.name}: {error}") from error
    return cells


def _format_text(name: str, value: Cell) -> str:
    if not isinstance(value, str) or _LINE_BREAKING.search(value) or value == MISSING:
        raise ValueError(f"{name} holds {value!r}, not one line of text")
    return value


def _format_integer(name: str, value: Cell) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} holds {value!r}, not a whole number")
    return str(value)


def _format_number(name: str, value: Cell) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} holds {value!r}, not a number")
    return repr(float(value))


def _format_boolean(name: str, value: Cell) -> str:
    if not isinstance(value, bool):
        raise TypeError(f"{name} holds {value!r}, not true or false")
    return "true" if value else "false"


def _parse_integer(text: str) -> int:
    if re.fullmatch(r"-?[0-9]+", text) is None:
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)


def _parse_number(text: str) -> float:
    if _NUMBER.fullmatch(text) is None:
        raise ValueError(f"{text!r} is not a number")
    return float(text)


def _parse_boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"{text!r} is not true or false")
    return text == "true"


_FORMATS: dict[Kind, Callable[[str, Cell], str]] = {
    "text": _format_text,
    "integer": _format_integer,
    "number": _format_number,
    "boolean": _format_boolean,
}
_PARSERS: dict[Kind, Callable[[str], Cell]] = {
    "text": str,
    "integer": _parse_integer,
    "number": _parse_number,
    "boolean": _parse_boolean,
}


def _invalid(path: Path, line: int, why: str) -> InputError:
    return InputError(
        ErrorCode.TABLE_INVALID, evidence={"file": path.name, "line": line, "why": why}
    )
