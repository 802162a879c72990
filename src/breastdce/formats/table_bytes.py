"""A table with declared columns as the bytes of a TSV, CSV or Parquet file.

Equal content gives equal bytes. A number without value is `n/a` in TSV, `nan` in CSV and NaN in
Parquet; missing text is `n/a`, an empty cell, and null.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from breastdce.formats.tables import MISSING, Cell, Column, Kind, Row, format_cell

Encoder = Callable[[Sequence[Column], Sequence[Row]], bytes]
_NO_NUMBER = "nan"


def tsv_bytes(columns: Sequence[Column], rows: Sequence[Row]) -> bytes:
    """UTF-8, LF; the same text as `tables.write_tsv`."""
    lines = ["\t".join(column.name for column in columns)]
    lines += ["\t".join(format_cell(c, row[c.name]) for c in columns) for row in rows]
    return ("\n".join(lines) + "\n").encode()


def csv_bytes(columns: Sequence[Column], rows: Sequence[Row]) -> bytes:
    """UTF-8, LF, comma; quotes where a cell holds a comma or a quote (RFC 4180)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.name for column in columns)
    writer.writerows([_csv_cell(c, row[c.name]) for c in columns] for row in rows)
    return text.getvalue().encode()


def parquet_bytes(columns: Sequence[Column], rows: Sequence[Row]) -> bytes:
    """One row group; text, whole numbers of 64 bits, float64, booleans."""
    import polars as pl  # late: it would slow down the start of every command

    types: Mapping[Kind, Any] = {
        "text": pl.String,
        "integer": pl.Int64,
        "number": pl.Float64,
        "boolean": pl.Boolean,
    }
    frame = pl.DataFrame(
        {column.name: [_value(column, row[column.name]) for row in rows] for column in columns},
        schema={column.name: types[column.kind] for column in columns},
    )
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


ENCODERS: Mapping[str, Encoder] = {".csv": csv_bytes, ".tsv": tsv_bytes, ".parquet": parquet_bytes}
"""By the suffix of a file name."""


def _csv_cell(column: Column, value: Cell) -> str:
    text = format_cell(column, value)
    if text != MISSING:
        return text
    return _NO_NUMBER if column.kind == "number" else ""


def _value(column: Column, value: Cell) -> Cell:
    if column.kind == "number":
        return math.nan if value is None else float(value)
    return None if value == "" else value
