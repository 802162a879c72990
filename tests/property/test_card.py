"""Any table that we write is valid by the schema that we write for it."""

from __future__ import annotations

import string
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from breastdce.dataset import dictionary, kinetics_table, sensitivity_table
from breastdce.dataset.data_package import TSV_DIALECT, table_schema
from breastdce.dataset.dictionary import LISTS
from breastdce.dataset.layout import TableName
from breastdce.dataset.table_set import Table
from breastdce.formats.tables import MISSING, Column, write_tsv

_ODD = Column(name="odd", long_name="Odd", description="Any line of text.")
TABLES = {
    TableName.EXAMS: dictionary.exam_columns(dated=True),
    TableName.PARTICIPANTS: dictionary.PARTICIPANTS,
    TableName.EXCLUSIONS: dictionary.EXCLUSIONS,
    TableName.DEIDENTIFICATION: dictionary.DEIDENTIFICATION,
    TableName.VOI_PROPOSALS: dictionary.VOI_PROPOSALS,
    TableName.FEATURES: dictionary.feature_columns(["a", "b"]),
    TableName.KINETICS: kinetics_table.COLUMNS,
    TableName.SENSITIVITY: sensitivity_table.COLUMNS,
    TableName.DICTIONARY: (*dictionary.DATA_DICTIONARY, _ODD),
}
_LETTERS = string.ascii_letters + string.digits + " \"'\\,;|#µ²é-."


@pytest.fixture(scope="module")
def frictionless() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("frictionless")


def text(column: Column) -> st.SearchStrategy[str]:
    if column.levels is not None:
        level = st.sampled_from(sorted(column.levels))
        if column.name not in LISTS:
            return level
        return st.lists(level, min_size=1, max_size=3).map(";".join)
    if column.pattern is not None:
        return st.from_regex(column.pattern, fullmatch=True).filter(lambda cell: cell != MISSING)
    return st.text(_LETTERS, min_size=1, max_size=20)


def cells(column: Column) -> st.SearchStrategy[Any]:
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "integer": st.integers(),
        "number": st.floats(),
        "boolean": st.booleans(),
    }
    return st.none() | (kinds[column.kind] if column.kind in kinds else text(column))


def verdict(frictionless: Any, folder: Path, columns: tuple[Column, ...], rows: list[Any]) -> Any:
    write_tsv(folder / "table.tsv", columns, rows)
    name = TableName.EXAMS
    table = Table(name=name, title="T", description="D", columns=columns)
    descriptor = {
        "name": "table",
        "path": "table.tsv",
        "format": "tsv",
        "dialect": TSV_DIALECT,
        "schema": table_schema(table),
    }
    resource = frictionless.Resource.from_descriptor(descriptor, basepath=str(folder))
    return resource.validate()


@pytest.mark.parametrize("name", TABLES)
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_table_is_valid_by_its_schema(frictionless, tmp_path, name, data):
    columns = TABLES[name]
    key, *others = columns  # a row without any value is none of ours
    row = st.fixed_dictionaries({key.name: text(key), **{one.name: cells(one) for one in others}})
    rows = data.draw(st.lists(row, max_size=4))
    report = verdict(frictionless, tmp_path, columns, rows)
    assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])
    assert report.tasks[0].stats.get("rows", 0) == len(rows)


@pytest.mark.parametrize(
    ("column", "cell"),
    [("ftv_ml", "many"), ("voi", "nowhere"), ("exam_id", "Jane"), ("caveats", "X")],
)
def test_what_a_table_may_not_hold_is_not_valid(frictionless, tmp_path, column, cell):
    columns = tuple(
        Column(name=one.name, long_name=one.long_name, description=one.description)
        for one in dictionary.EXAMS
    )
    row: dict[str, Any] = dict.fromkeys((one.name for one in columns), None) | {column: cell}
    write_tsv(tmp_path / "table.tsv", columns, [row])
    table = Table(name=TableName.EXAMS, title="T", description="D", columns=dictionary.EXAMS)
    resource = frictionless.Resource.from_descriptor(
        {
            "name": "table",
            "path": "table.tsv",
            "format": "tsv",
            "dialect": TSV_DIALECT,
            "schema": table_schema(table),
        },
        basepath=str(tmp_path),
    )
    assert [place[0] for place in resource.validate().flatten(["fieldName"])] == [column]
