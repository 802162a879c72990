"""A table is recognized by what it is, and read however people save it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from breastdce.core.errors import CallError, InputError
from breastdce.core.sheet import CellFault
from breastdce.formats import delimited, parquet
from breastdce.formats.delimited import delimited_bytes, read_delimited
from breastdce.formats.sheets import read_sheet

ROWS = [("id", "age"), ("1", "48,8"), ("2", "x; y")]


def _cells(sheet):
    return [row.cells for row in sheet.rows]


@pytest.mark.parametrize(
    "payload",
    [
        b'id;age\r\n1;48,8\r\n2;"x; y"\r\n',
        b'\xef\xbb\xbfid;age\n1;48,8\n2;"x; y"',
        b'id,age\n1,"48,8"\n2,x; y\n',
        b"id\tage\n\n1\t48,8\n2\tx; y\n",
        'id;age\n1;48,8\n2;"x; y"\n'.encode("utf-16"),
        b'sep=;\r\nid;age\r\n1;48,8\r\n2;"x; y"\r\n',
        b" id | age \r1|48,8\r2|x; y\r",
    ],
)
def test_text_tables_read_the_same_however_saved(tmp_path, payload):
    path = tmp_path / "t.csv"
    path.write_bytes(payload)
    assert _cells(read_sheet(path)) == ROWS


def test_the_separator_fits_all_lines_and_not_the_widest(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"id;values\n1;1,2,3,4\n2;1,2,3,4\n")
    assert _cells(read_sheet(path))[1] == ("1", "1,2,3,4")


def test_rows_are_numbered_as_in_the_file(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"id,age\n\n1,2\n")
    assert [row.number for row in read_sheet(path).rows] == [1, 3]


def test_millions_of_empty_lines_are_not_looked_through(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"\n" * (2 << 20))
    with pytest.raises(InputError, match="SHEET_TOO_LARGE"):
        read_sheet(path)


def test_western_letters_of_old_programs_are_read(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes("id;Größe\n1;2\n".encode("cp1252"))
    assert _cells(read_sheet(path))[0] == ("id", "Größe")


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (b"\xd0\xcf\x11\xe0old", "old"),
        (b"  <html><table><tr><td>1</td></tr></table></html>", "HTML"),
        (b'<?xml version="1.0"?><Workbook/>', "HTML or XML"),
        (b"PK\x03\x04 not a zip", "zip"),
        (b"a,b\n1,\x00\n", "not text"),
        (b"\x81\x8d", "UTF-8"),
        (b"PAR1 not parquet", "parsing"),
    ],
)
def test_what_is_no_table_is_said_so(tmp_path, payload, why):
    path = tmp_path / "t.xlsx"
    path.write_bytes(payload)
    with pytest.raises(InputError, match="SHEET_UNREADABLE") as caught:
        read_sheet(path)
    assert why in str(caught.value.evidence["why"])


def test_a_missing_file_is_a_wrong_call(tmp_path):
    with pytest.raises(CallError, match="does not exist"):
        read_sheet(tmp_path / "t.csv")


def test_a_wrong_name_is_answered_with_the_names_that_there_are(tmp_path):
    book = openpyxl.Workbook()
    del book["Sheet"]
    book.create_sheet("Patients")
    book.create_sheet("Outcome")
    book.save(tmp_path / "t.xlsx")
    assert read_sheet(tmp_path / "t.xlsx", " outcome").name == "Outcome"
    assert read_sheet(tmp_path / "t.xlsx").name == "Patients"
    with pytest.raises(InputError, match="SHEET_MISSING") as caught:
        read_sheet(tmp_path / "t.xlsx", "Clinical")
    assert caught.value.evidence["there are"] == "Patients, Outcome"


def test_parquet_cells_keep_their_kind(tmp_path):
    path = tmp_path / "t.parquet"
    frame = {"id": ["a", None], "n": [1, 2], "x": [0.5, None], "d": [date(2020, 1, 2)] * 2}
    pl.DataFrame(frame | {"q": [Decimal("1.5")] * 2, "l": [[1], [2]]}).write_parquet(path)
    head, first, second = read_sheet(path).rows
    assert head.cells == ("id", "n", "x", "d", "q", "l")
    assert first.cells == ("a", 1, 0.5, CellFault.DATE, 1.5, CellFault.NOT_PLAIN)
    assert second.cells[:3] == (None, 2, None)


@pytest.mark.parametrize("module", [delimited, parquet])
def test_a_huge_table_is_refused(tmp_path, monkeypatch, module):
    monkeypatch.setattr(module, "MAX_ROWS", 2)
    frame = pl.DataFrame({"id": [1, 2, 3], "x": [1, 2, 3]})
    frame.write_csv(tmp_path / "t.csv")
    frame.write_parquet(tmp_path / "t.parquet")
    name = "t.csv" if module is delimited else "t.parquet"
    with pytest.raises(InputError, match="SHEET_TOO_LARGE"):
        read_sheet(tmp_path / name)


def test_a_text_of_too_many_bytes_is_not_loaded(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "MAX_BYTES", 4)
    (tmp_path / "t.csv").write_bytes(b"id,x\n1,2\n")
    with pytest.raises(InputError, match="SHEET_TOO_LARGE"):
        read_sheet(tmp_path / "t.csv")


CELL = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8)


@given(rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=2, max_size=8))
def test_what_is_written_with_commas_comes_back(tmp_path_factory, rows):
    # A separator is guessed: other candidates inside cells may not win over the real one.
    plain = [
        tuple(cell.translate(dict.fromkeys(map(ord, ";|"), "x")) for cell in row) for row in rows
    ]
    if plain[0][0].startswith("sep="):
        return
    path = tmp_path_factory.mktemp("t") / "t.csv"
    path.write_bytes(delimited_bytes(plain[0], plain[1:]))
    assert _cells(read_delimited(path)) == plain
