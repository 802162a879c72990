"""One table in three formats holds the same cells."""

from __future__ import annotations

import csv
import io
import math

import polars as pl
import pytest

from breastdce.core.codes import Undefined
from breastdce.formats.table_bytes import ENCODERS, csv_bytes, parquet_bytes, tsv_bytes
from breastdce.formats.tables import Column, Row, write_tsv


def column(name, kind):
    return Column(name=name, long_name=name, description="", kind=kind)


COLUMNS = (column("name", "text"), column("n", "integer"), column("x", "number"))
ROWS: tuple[Row, ...] = (
    {"name": 'a, "b"', "n": 3, "x": 0.1 + 0.2},
    {"name": "", "n": None, "x": math.nan},
    {"name": Undefined.FLAT_REGION, "n": -1, "x": None},
)


def test_tsv_is_the_text_of_the_other_writer(tmp_path):
    write_tsv(tmp_path / "a.tsv", COLUMNS, ROWS)
    assert (tmp_path / "a.tsv").read_bytes() == tsv_bytes(COLUMNS, ROWS)


def test_csv_quotes_and_spells_a_missing_number_nan():
    text = csv_bytes(COLUMNS, ROWS).decode()
    assert list(csv.reader(io.StringIO(text))) == [
        ["name", "n", "x"],
        ['a, "b"', "3", "0.30000000000000004"],
        ["", "", "nan"],
        ["FLAT_REGION", "-1", "nan"],
    ]
    assert "\r" not in text


def test_parquet_has_types_and_every_bit():
    frame = pl.read_parquet(io.BytesIO(parquet_bytes(COLUMNS, ROWS)))
    assert frame.dtypes == [pl.String, pl.Int64, pl.Float64]
    assert frame["name"].to_list() == ['a, "b"', None, "FLAT_REGION"]
    assert frame["n"].to_list() == [3, None, -1]
    assert frame["x"][0] == 0.1 + 0.2
    assert frame["x"].is_nan().to_list() == [False, True, True]


@pytest.mark.parametrize("suffix", ENCODERS)
def test_equal_tables_are_equal_bytes(suffix):
    assert ENCODERS[suffix](COLUMNS, ROWS) == ENCODERS[suffix](COLUMNS, ROWS)
    other = ({**ROWS[0], "x": 0.3}, *ROWS[1:])
    assert ENCODERS[suffix](COLUMNS, ROWS) != ENCODERS[suffix](COLUMNS, other)


@pytest.mark.parametrize("suffix", ENCODERS)
def test_a_table_without_rows_has_its_columns(suffix):
    assert b"name" in ENCODERS[suffix](COLUMNS, ())
