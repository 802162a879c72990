"""Text tables as people save them: comma, semicolon or tab, with or without a byte order mark."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.sheet import Sheet, SheetRow

MAX_BYTES = 256 * 2**20
MAX_ROWS = 100_000
MAX_COLUMNS = 2_000
_MOST_LINES = 2**20  # empty ones and those within cells, too
_MARKS = "\t;,|"
_SEEN_LINES = 20  # that the separator is guessed from
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_delimited(path: Path) -> Sheet:
    """Read a CSV or TSV file; every cell is text, without the blanks around it.

    The separator is the one that cuts the first lines into equally many cells; a first line
    `sep=;` states it. UTF-8 or UTF-16 with a mark, else Windows-1252.

    Raises
    ------
    InputError
        SHEET_UNREADABLE, SHEET_TOO_LARGE.
    """
    text = _text(path)
    mark = text[4] if text[:4] == "sep=" and text[4:5] else ""
    if text.count("\n") > _MOST_LINES:
        raise _too_large(path, f"more than {_MOST_LINES} lines")
    body = text.partition("\n")[2] if mark else text
    try:
        rows = tuple(_rows(path, body, mark or _separator(body), first=2 if mark else 1))
    except csv.Error as error:
        raise _unreadable(path, str(error)) from error
    return Sheet(path.stem, rows)


def delimited_bytes(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8, LF, comma; quotes where a cell holds a comma or a quote (RFC 4180)."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode()


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _too_large(path, f"more than {MAX_BYTES} bytes")
        payload = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    try:
        text = _decoded(payload)
    except UnicodeDecodeError as error:
        raise _unreadable(path, "neither UTF-8 nor UTF-16") from error
    if "\x00" in text:
        raise _unreadable(path, "not text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decoded(payload: bytes) -> str:
    if payload.startswith(_UTF16):
        return payload.decode("utf-16")
    try:
        return payload.decode("utf-8-sig")
    except UnicodeDecodeError:
        return payload.decode("cp1252")


def _separator(text: str) -> str:
    lines = [line for line in text[: 2**20].split("\n") if line.strip()][:_SEEN_LINES]

    def fit(mark: str) -> tuple[int, int]:
        counts = Counter(map(len, csv.reader(lines, delimiter=mark)))
        width, rows = max(counts.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        return (rows, width) if width > 1 else (0, 0)

    return max(_MARKS, key=fit)


def _rows(path: Path, text: str, mark: str, *, first: int) -> Iterable[SheetRow]:
    reader = csv.reader(io.StringIO(text), delimiter=mark)
    kept = 0
    for cells in reader:
        values = [cell.strip() for cell in cells]
        while values and not values[-1]:
            values.pop()
        if not values:
            continue
        kept += 1
        if kept > MAX_ROWS or len(values) > MAX_COLUMNS:
            raise _too_large(path, f"more than {MAX_ROWS} rows or {MAX_COLUMNS} columns")
        yield SheetRow(reader.line_num + first - 1, tuple(values))


def _unreadable(path: Path, why: str) -> InputError:
    return InputError(ErrorCode.SHEET_UNREADABLE, evidence={"file": path.name, "why": why})


def _too_large(path: Path, why: str) -> InputError:
    return InputError(ErrorCode.SHEET_TOO_LARGE, evidence={"file": path.name, "why": why})
