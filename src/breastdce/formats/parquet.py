"""Reading a Parquet file as a sheet of cells."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.sheet import CellFault, RawCell, Sheet, SheetRow

MAX_ROWS = 1_000_000
MAX_COLUMNS = 2_000


def read_parquet(path: Path) -> Sheet:
    """Read a Parquet file; its first row holds the names of the columns.

    Raises
    ------
    InputError
        SHEET_UNREADABLE, SHEET_TOO_LARGE.
    """
    import polars as pl  # late: it would slow down the start of every command

    try:
        lazy = pl.scan_parquet(path, glob=False)
        names = lazy.collect_schema().names()
        count = lazy.select(pl.len()).collect().item()
        if count > MAX_ROWS or len(names) > MAX_COLUMNS:
            raise _refused(ErrorCode.SHEET_TOO_LARGE, path, f"{count} rows, {len(names)} columns")
        lines = lazy.collect().rows()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
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
