"""Reading workbooks: values as they were stored, within bounds, nothing followed, nothing run.

The only door to openpyxl. A workbook is a zip of XML from somewhere: its size is checked before
anything is unpacked, a part that declares entities is refused, and formulas give the result that
was stored with them.
"""

from __future__ import annotations

import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any, TypeVar
from xml.etree.ElementTree import ParseError

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.sheet import CellFault, Percent, RawCell, Sheet, SheetRow

T = TypeVar("T")
MAX_PARTS = 2_000
MAX_UNPACKED_BYTES = 32 * 2**20  # a thousand patients with 200 columns take 8 MB
MAX_TAGS = 1_500_000  # four or five a cell, with those that close
MAX_ROWS = 100_000
"""Rows that are not empty."""
MAX_COLUMNS = 2_000
_LAST_ROW = 1_048_576  # of any workbook, ECMA-376; a row beyond it would be counted up to for hours
_ENTITIES = (b"<!DOCTYPE", b"<!ENTITY")
_CODED = (b"\xff\xfe", b"\xfe\xff", b"\x00")  # XML in 16 or 32 bits, where the above would not show
_CHUNK = 2**20
_PARSING = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,
    ParseError,
    RecursionError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


def sheet_names(path: Path) -> tuple[str, ...]:
    """Names of the sheets that hold cells, in the workbook's order.

    Raises
    ------
    InputError
        SHEET_UNREADABLE, SHEET_TOO_LARGE.
    """
    return _quietly(path, lambda book: tuple(sheet.title for sheet in book.worksheets))


def read_sheet(path: Path, name: str) -> Sheet:
    """Read the stored values of one sheet.

    Raises
    ------
    InputError
        SHEET_UNREADABLE, SHEET_TOO_LARGE.
    """
    rows = _quietly(path, lambda book: tuple(_rows(path, book[name])))
    if any(None in row.cells for row in rows):
        pending = _quietly(path, lambda book: _formulas(book[name]), results=False)
        rows = tuple(_with_pending(row, pending) for row in rows)
    kept = (_trimmed(row) for row in rows)
    return Sheet(name, tuple(row for row in kept if row.cells))


def _quietly(path: Path, take: Callable[[Any], T], *, results: bool = True) -> T:
    _check_archive(path)
    import openpyxl  # late: it would slow down the start of every command

    try:
        # Opened here, since openpyxl leaves open what it cannot parse.
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about looks: validation lists, headers, extensions
            book = openpyxl.load_workbook(file, read_only=True, data_only=results, keep_links=False)
            try:
                return take(book)
            finally:
                book.close()
    except InputError:
        raise
    except _PARSING as error:
        raise _unreadable(path, f"{type(error).__name__} while parsing") from error


def _check_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            # zipfile never unpacks more of a part than its directory states.
            total = sum(part.file_size for part in parts)
            if len(parts) > MAX_PARTS or total > MAX_UNPACKED_BYTES:
                raise _too_large(path, f"{len(parts)} parts of {total} bytes when unpacked")
            parsed = [p for p in parts if p.filename.lower().endswith((".xml", ".rels", ".vml"))]
            tags = sum(_check_part(path, archive, part) for part in parsed)
            if tags > MAX_TAGS:
                raise _too_large(path, f"{tags} tags")
    except InputError:
        raise
    except _PARSING as error:
        raise _unreadable(path, f"not a whole zip archive: {error}") from error


def _check_part(path: Path, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """Number of tags in a part; each takes the parser some microseconds, empty or not."""
    tags = 0
    with archive.open(part) as file:
        end = b""
        while chunk := file.read(_CHUNK):
            if any(mark in end + chunk for mark in _ENTITIES):
                raise _unreadable(path, "a part declares entities")
            if not end and any(mark in chunk[:4] for mark in _CODED):
                raise _unreadable(path, "a part is not UTF-8")
            end = chunk[-16:]
            tags += chunk.count(b"<")
    return tags


def _rows(path: Path, sheet: Any) -> Iterator[SheetRow]:
    sheet.reset_dimensions()  # what the sheet states about its size may be wrong
    kept = 0
    for number, cells in enumerate(sheet.iter_rows(), 1):
        if number > _LAST_ROW or len(cells) > MAX_COLUMNS:
            raise _too_large(path, f"a cell in row {number}, column {len(cells)}")
        if not cells:
            continue
        values = tuple(_raw(cell) for cell in cells)
        kept += any(value is not None for value in values)
        if kept > MAX_ROWS:
            raise _too_large(path, f"more than {MAX_ROWS} rows")
        yield SheetRow(number, values)


def _raw(cell: Any) -> RawCell:
    value = cell.value
    if value is None:
        # A formula may have stored an empty text: a result, unlike no result.
        return "" if cell.data_type == "str" else None
    if cell.data_type == "e":
        return CellFault.ERROR
    if isinstance(value, date | time | timedelta):
        return CellFault.DATE
    if isinstance(value, float | int) and not isinstance(value, bool):
        return Percent(float(value)) if "%" in (cell.number_format or "") else value
    return value if isinstance(value, str | bool) else CellFault.NOT_PLAIN


def _formulas(sheet: Any) -> frozenset[tuple[int, int]]:
    """Row from 1 and column from 0 of every formula."""
    sheet.reset_dimensions()
    return frozenset(
        (number, place)
        for number, cells in enumerate(sheet.iter_rows(), 1)
        for place, cell in enumerate(cells)
        if cell.data_type == "f"
    )


def _with_pending(row: SheetRow, pending: frozenset[tuple[int, int]]) -> SheetRow:
    cells = (
        CellFault.NO_RESULT if value is None and (row.number, place) in pending else value
        for place, value in enumerate(row.cells)
    )
    return SheetRow(row.number, tuple(cells))


def _trimmed(row: SheetRow) -> SheetRow:
    cells = list(row.cells)
    while cells and cells[-1] in (None, ""):
        cells.pop()
    return SheetRow(row.number, tuple(cells))


def _unreadable(path: Path, why: str) -> InputError:
    return InputError(ErrorCode.SHEET_UNREADABLE, evidence={"file": path.name, "why": why})


def _too_large(path: Path, why: str) -> InputError:
    return InputError(ErrorCode.SHEET_TOO_LARGE, evidence={"file": path.name, "why": why})
