"""A table that somebody gives us, whatever its format: recognized by content, not by name."""

from __future__ import annotations

from pathlib import Path

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError, InputError
from breastdce.core.sheet import Sheet
from breastdce.formats import delimited, parquet, xlsx

_HEAD_BYTES = 512
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # OLE: .xls, and .xlsx with a password


def read_sheet(path: Path, name: str | None = None) -> Sheet:
    """Read one sheet of a workbook (the first when `name` is None), or the whole of another table.

    Parameters
    ----------
    path
        A workbook (.xlsx), text with commas, semicolons or tabs, or Parquet.
    name
        Compared without regard to case and blanks around it; only workbooks have names.

    Raises
    ------
    CallError
        CALL_INVALID when there is no such file.
    InputError
        SHEET_UNREADABLE, SHEET_TOO_LARGE; SHEET_MISSING with the names of the sheets.
    """
    head = _head(path)
    if head.startswith(b"PK\x03\x04"):
        return xlsx.read_sheet(path, _pick(path, xlsx.sheet_names(path), name))
    if head.startswith(b"PAR1"):
        return parquet.read_parquet(path)
    if head.startswith(_OLD_EXCEL):
        raise _unreadable(path, "an old (.xls) or encrypted workbook")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<table", b"<meta")):
        raise _unreadable(path, "a page of HTML or XML, whatever its name says")
    return delimited.read_delimited(path)


def _head(path: Path) -> bytes:
    if not path.is_file():
        raise CallError(
            ErrorCode.CALL_INVALID,
            "The table does not exist",
            evidence={"file": str(path)},
            remedy="Give the path of a file.",
        )
    try:
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES)
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error


def _pick(path: Path, names: tuple[str, ...], wanted: str | None) -> str:
    if not names:
        raise _unreadable(path, "a workbook without a sheet of cells")
    if wanted is None:
        return names[0]
    for name in names:
        if name.strip().casefold() == wanted.strip().casefold():
            return name
    raise InputError(
        ErrorCode.SHEET_MISSING,
        evidence={"file": path.name, "wanted": wanted, "there are": ", ".join(names)},
    )


def _unreadable(path: Path, why: str) -> InputError:
    return InputError(ErrorCode.SHEET_UNREADABLE, evidence={"file": path.name, "why": why})
