"""Workbooks give what was stored in them, and hostile ones give one clear error."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from breastdce.core.errors import InputError
from breastdce.core.sheet import CellFault, Percent
from breastdce.formats import xlsx
from breastdce.formats.xlsx import read_sheet, sheet_names


@pytest.fixture
def book(tmp_path) -> Path:
    made = openpyxl.Workbook()
    del made["Sheet"]
    sheet = made.create_sheet("One ")
    sheet["A1"], sheet["B1"] = "who", " age "
    sheet["A3"], sheet["B3"] = 1, date(2020, 1, 2)
    sheet["C3"], sheet["D3"], sheet["E3"] = 0.56, True, "#N/A"
    sheet["C3"].number_format = "0.0%"
    sheet["F3"] = "=1+1"
    sheet["H9"].number_format = "0.00"  # an empty cell with a format
    made.create_sheet("Two")
    path = tmp_path / "b.xlsx"
    made.save(path)
    return path


def test_sheets_are_named_in_their_order(book):
    assert sheet_names(book) == ("One ", "Two")


def test_cells_come_as_stored_and_empty_rows_keep_their_numbers(book):
    first, second = read_sheet(book, "One ").rows
    assert (first.number, first.cells) == (1, ("who", " age "))
    assert second.number == 3
    assert second.cells[:2] == (1, CellFault.DATE)
    assert second.cells[2] == Percent(0.56)
    assert second.cells[3] is True
    assert second.cells[4] is CellFault.ERROR


def test_a_formula_without_stored_result_is_a_fault(book):
    assert read_sheet(book, "One ").rows[1].cells[5] is CellFault.NO_RESULT


@pytest.mark.parametrize(("stored", "read"), [("", ""), ("pos", "pos"), (2.5, 2.5)])
def test_a_formula_gives_its_stored_result_an_empty_text_too(tmp_path, stored, read):
    path = tmp_path / "f.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("S")
        sheet.write_formula(0, 0, '=IF(A2,"pos","")', value=stored or "nothing")
        sheet.write(0, 1, "end")
    path = _with_part(path, SHEET, lambda x: x.replace(b"<v>nothing</v>", b"<v/>"))
    assert read_sheet(path, "S").rows[0].cells == (read, "end")


def test_an_empty_sheet_has_no_rows(book):
    assert read_sheet(book, "Two").rows == ()


def _with_part(book: Path, name: str, change) -> Path:
    out = book.with_name("changed.xlsx")
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            payload = old.read(part)
            new.writestr(part.filename, change(payload) if part.filename == name else payload)
    return out


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    "change",
    [
        lambda x: b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>' + x,
        lambda x: x.decode().encode("utf-16"),
        lambda x: x[: len(x) // 2],
        lambda _: b"",
        lambda x: x.replace(b'r="A3"', b'r="A3A"'),
        lambda x: x.replace(b't="inlineStr"><is><t>who</t></is>', b't="s"><v>99999</v>'),
    ],
)
def test_a_damaged_or_hostile_part_is_one_error(book, change):
    with pytest.raises(InputError, match="SHEET_UNREADABLE"):
        read_sheet(_with_part(book, SHEET, change), "One ")


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.replace(b'<row r="3"', b'<row r="2000000000"'),
        lambda x: x.replace(b'r="F3"', b'r="XFD3"'),
    ],
)
def test_a_far_row_or_column_is_refused_at_once(book, change):
    with pytest.raises(InputError, match="SHEET_TOO_LARGE"):
        read_sheet(_with_part(book, SHEET, change), "One ")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/a.xml", b" " * 4_000_000)
    assert path.stat().st_size < 10_000
    monkeypatch.setattr(xlsx, "MAX_UNPACKED_BYTES", 3_000_000)
    with pytest.raises(InputError, match="SHEET_TOO_LARGE"):
        sheet_names(path)


def test_millions_of_empty_rows_are_refused_before_they_are_parsed(book):
    rows = b"<sheetData>" + b'<row r="1"/>' * 1_600_000
    path = _with_part(book, SHEET, lambda x: x.replace(b"<sheetData>", rows))
    with pytest.raises(InputError, match="tags"):
        read_sheet(path, "One ")


def test_too_many_rows_are_refused(book, monkeypatch):
    monkeypatch.setattr(xlsx, "MAX_ROWS", 1)
    with pytest.raises(InputError, match="SHEET_TOO_LARGE"):
        read_sheet(book, "One ")


def test_what_a_sheet_states_about_its_size_is_not_believed(book):
    smaller = _with_part(book, SHEET, lambda x: x.replace(b'ref="A1:H9"', b'ref="A1"'))
    assert len(read_sheet(smaller, "One ").rows) == 2


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_changed_bytes_are_read_or_refused_and_nothing_else(book, data):
    buffer = io.BytesIO()
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(buffer, "w") as new:
        for part in old.infolist():  # stored, so that changes reach the XML
            payload = bytearray(old.read(part))
            if part.filename in (SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"):
                for _ in range(data.draw(st.integers(0, 3))):
                    place = data.draw(st.integers(0, len(payload) - 1))
                    payload[place] = data.draw(st.integers(0, 255))
            new.writestr(part.filename, bytes(payload))
    path = book.with_name("fuzzed.xlsx")
    path.write_bytes(buffer.getvalue())
    try:
        for name in sheet_names(path):
            read_sheet(path, name)
    except InputError:
        pass  # any other error fails the test
