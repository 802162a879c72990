"""The index is a Parquet table with IDC's columns; a wrong call names what is near."""

from __future__ import annotations

import sys

import polars as pl
import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError, EngineError, InputError
from breastdce.fetch.series import REQUIRED
from breastdce.formats.idc_index import collection_name, collection_rows, installed_index


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "index.parquet"
    names = ["made_trial", "made_trial", "other"]
    pl.DataFrame({"collection_id": names, "PatientID": ["A", "B", "C"]}).write_parquet(path)
    return path


def test_rows_of_one_collection_in_order(table):
    rows = collection_rows(table, "made_trial", ["PatientID"])
    assert [row["PatientID"] for row in rows] == ["A", "B"]


def test_table_without_collections_holds_one(tmp_path):
    path = tmp_path / "index.parquet"
    pl.DataFrame({"PatientID": ["A"]}).write_parquet(path)
    assert len(collection_rows(path, "anything", ["PatientID"])) == 1


@pytest.mark.parametrize(
    ("text", "name"),
    [("ISPY1", "ispy1"), ("Duke-Breast-Cancer-MRI", "duke_breast_cancer_mri"), (" a b ", "a_b")],
)
def test_collections_are_spelled_as_people_do(text, name):
    assert collection_name(text) == name


def test_unknown_collection_is_answered_with_the_nearest(table):
    with pytest.raises(CallError) as caught:
        collection_rows(table, "made_tral", [])
    assert caught.value.code is ErrorCode.UNKNOWN_ENTRY
    assert "made_trial" in caught.value.remedy


def test_missing_column_is_named(table):
    with pytest.raises(InputError) as caught:
        collection_rows(table, "made_trial", REQUIRED)
    assert "no column StudyInstanceUID" in str(caught.value.evidence["why"])


@pytest.mark.parametrize("content", [b"", b"no table", None])
def test_file_that_is_no_table_is_one_error(tmp_path, content):
    path = tmp_path / "index.parquet"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        collection_rows(path, "made", [])
    assert caught.value.code is ErrorCode.TABLE_INVALID


def test_installed_index_has_the_columns_that_are_needed():
    pytest.importorskip("idc_index_data")
    columns = pl.scan_parquet(installed_index()).collect_schema().names()
    assert {*REQUIRED, "collection_id", "license_short_name", "source_DOI"} <= set(columns)


def test_without_the_extra_the_error_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "idc_index_data", None)
    with pytest.raises(EngineError) as caught:
        installed_index()
    assert "breastdce[fetch]" in caught.value.remedy
