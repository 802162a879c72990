"""Reading a Parquet file as a sheet of cells."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.sheet import CellFault, RawCell, Sheet, SheetRow

MAX_ROWS = 1_000_000
MAX_COLUMNS = 2_000
BROKEN = (OSError, ValueError, TypeError, OverflowError, MemoryError)
"""What reading a damaged file may raise, beside polars' own errors and panics."""


@contextmanager
def quiet_panics() -> Iterator[None]:
    """Keep a panic of polars from the terminal: its threads write their stack to stderr."""
    before = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(nowhere)


def read_parquet(path: Path) -> Sheet:
    """Read a Parquet file; its first row holds the names of the columns.

    Raises
    ------
    InputError
        SHEET_UNREADABLE, SHEET_TOO_LARGE.
    """
    import polars as pl  # late: it would slow down the start of every command

    try:
        with quiet_panics():
            lazy = pl.scan_parquet(path, glob=False)
            names = lazy.collect_schema().names()
            count = lazy.select(pl.len()).collect().item()
            size = f"{count} rows, {len(names)} columns"
            if count > MAX_ROWS or len(names) > MAX_COLUMNS:
                raise _refused(ErrorCode.SHEET_TOO_LARGE, path, size)
            lines = lazy.collect().rows()
    except (*BROKEN, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        why = f"{type(error).__name__} while parsing"
        raise _refused(ErrorCode.SHEET_UNREADABLE, path, why) from error
    rows = (SheetRow(number, tuple(map(_raw, line))) for number, line in enumerate(lines, 2))
    return Sheet(path.stem, (SheetRow(1, tuple(names)), *rows))


def _raw(value: object) -> RawCell:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date | time | timedelta):
        return CellFault.DATE
    return CellFault.NOT_PLAIN


def _refused(code: ErrorCode, path: Path, why: str) -> InputError:
    return InputError(code, evidence={"file": path.name, "why": why})
