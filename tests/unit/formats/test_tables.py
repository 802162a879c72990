"""Tables come back as they were, refuse what they cannot say, and always have the same bytes."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys

import openpyxl
import pytest

from breastdce.core.errors import InputError
from breastdce.formats.tables import (
    Cell,
    Column,
    dictionary,
    read_tsv,
    write_json,
    write_tsv,
    write_xlsx,
)

COLUMNS = (
    Column(name="who", long_name="Who", description="Name."),
    Column(name="n", long_name="Count", description="A count.", kind="integer"),
    Column(name="x", long_name="Value", description="A value.", kind="number", units="mL"),
    Column(
        name="ok",
        long_name="Fine",
        description="Whether.",
        kind="boolean",
        levels={"true": "yes", "false": "no"},
    ),
)
ROW: dict[str, Cell] = {"who": "=1+1", "n": 3, "x": 0.1, "ok": True}
EMPTY: dict[str, Cell] = dict.fromkeys(ROW)


def test_a_table_is_plain_text_with_one_spelling_for_missing(tmp_path):
    write_tsv(tmp_path / "t.tsv", COLUMNS, [ROW, EMPTY])
    content = (tmp_path / "t.tsv").read_bytes()
    assert content == b"who\tn\tx\tok\n=1+1\t3\t0.1\ttrue\nn/a\tn/a\tn/a\tn/a\n"


def test_a_table_comes_back(tmp_path):
    rows = [ROW, EMPTY, {**ROW, "x": -math.inf, "who": "Zoë"}]
    write_tsv(tmp_path / "t.tsv", COLUMNS, rows)
    assert read_tsv(tmp_path / "t.tsv", COLUMNS) == rows


def test_not_a_number_and_empty_text_are_missing(tmp_path):
    write_tsv(tmp_path / "t.tsv", COLUMNS, [{**ROW, "x": math.nan, "who": ""}])
    (row,) = read_tsv(tmp_path / "t.tsv", COLUMNS)
    assert (row["x"], row["who"]) == (None, None)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"who": "two\nlines"}, ValueError),
        ({"who": "a\tb"}, ValueError),
        ({"who": "n/a"}, ValueError),
        ({"who": 1}, ValueError),
        ({"n": 1.5}, TypeError),
        ({"n": True}, TypeError),
        ({"x": "1"}, TypeError),
        ({"ok": 1}, TypeError),
        ({"more": 1}, ValueError),
    ],
)
def test_a_value_that_its_column_cannot_say_is_refused(tmp_path, change, error):
    with pytest.raises(error):
        write_tsv(tmp_path / "t.tsv", COLUMNS, [{**ROW, **change}])
    with pytest.raises(error):
        write_xlsx(tmp_path / "t.xlsx", "t", COLUMNS, [{**ROW, **change}])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"who\tn\tx\tok",
        b"who\tn\tx\tok\r\n",
        b"who\tn\tx\n",
        b"who\tn\tx\tok\na\t1\t2.0\n",
        b"who\tn\tx\tok\na\t1.0\t2.0\ttrue\n",
        b"who\tn\tx\tok\na\t1\t1_0.0\ttrue\n",
        b"who\tn\tx\tok\na\t1\tnan\ttrue\n",
        b"who\tn\tx\tok\na\t1\t2.0\tTrue\n",
        b"\xff\n",
    ],
)
def test_what_is_not_our_table_is_refused(tmp_path, content):
    (tmp_path / "t.tsv").write_bytes(content)
    with pytest.raises(InputError, match="TABLE_INVALID"):
        read_tsv(tmp_path / "t.tsv", COLUMNS)


def test_the_dictionary_has_units_and_levels_only_where_there_are_any():
    entries = dictionary(COLUMNS)
    assert entries["who"] == {"LongName": "Who", "Description": "Name."}
    assert entries["x"]["Units"] == "mL"
    assert entries["ok"]["Levels"] == {"true": "yes", "false": "no"}


def test_json_keeps_its_order_and_ends_in_a_newline(tmp_path):
    write_json(tmp_path / "a.json", {"b": 1, "a": [0.1, None]})
    expected = '{\n  "b": 1,\n  "a": [\n    0.1,\n    null\n  ]\n}\n'
    assert (tmp_path / "a.json").read_text() == expected


def test_a_workbook_holds_values_of_their_kind_and_the_dictionary(tmp_path):
    write_xlsx(tmp_path / "t.xlsx", "rows", COLUMNS, [ROW, EMPTY, {**ROW, "x": math.inf}])
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    rows = list(book["rows"].iter_rows(values_only=True))
    assert rows == [
        ("who", "n", "x", "ok"),
        ("=1+1", 3, 0.1, True),
        (None, None, None, None),
        ("=1+1", 3, "inf", True),
    ]
    assert book["rows"]["A2"].data_type == "s"  # text, not a formula
    assert book["rows"].freeze_panes == "A2"
    told = list(book["dictionary"].iter_rows(values_only=True))
    assert told[3] == ("x", "Value", "A value.", "mL", None)
    assert told[4][4] == "true: yes; false: no"


SCRIPT = """
import sys
from pathlib import Path
from tests_tables import COLUMNS, ROW
from breastdce.formats.tables import write_xlsx
write_xlsx(Path(sys.argv[1]), "rows", COLUMNS, [ROW] * 50)
"""


def test_a_workbook_has_the_same_bytes_in_another_process(tmp_path):
    shutil.copy(__file__, tmp_path / "tests_tables.py")
    write_xlsx(tmp_path / "here.xlsx", "rows", COLUMNS, [ROW] * 50)
    environment = {**os.environ, "TZ": "UTC-9", "PYTHONPATH": str(tmp_path), "LC_ALL": "C"}
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "there.xlsx")]
    subprocess.run(command, check=True, env=environment)
    assert (tmp_path / "here.xlsx").read_bytes() == (tmp_path / "there.xlsx").read_bytes()
