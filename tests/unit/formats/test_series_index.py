"""Index tables in, rows out; one clear error for what is no index."""

from __future__ import annotations

import polars as pl
import pytest

from breastdce.core.errors import InputError
from breastdce.formats.series_index import read_series_index

ROW = {
    "PatientID": "P1",
    "StudyInstanceUID": "1.2",
    "SeriesInstanceUID": "1.2.3",
    "StudyDate": "2001-02-03",
    "SeriesDescription": None,
    "SeriesNumber": 4,
    "Modality": "MR",
    "instanceCount": 180,
    "series_size_MB": 24.5,
    "role": "dce_first",
}


def write(path, rows):
    table = pl.DataFrame(rows)
    if path.suffix == ".parquet":
        table.write_parquet(path)
    else:
        table.write_csv(path, separator="\t" if path.suffix == ".tsv" else ",")
    return path


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".tsv"])
def test_all_formats_give_the_same_row(tmp_path, suffix):
    (row,) = read_series_index(write(tmp_path / f"index{suffix}", [ROW]))
    assert (row.patient_id, row.series_uid, row.study_date) == ("P1", "1.2.3", "20010203")
    assert (row.series_number, row.n_images, row.size_mb) == (4, 180, 24.5)
    assert row.series_description == ""


@pytest.mark.parametrize(
    ("number", "read"),
    [("4", 4), ("4.0", 4), ("", None), ("four", None), ("inf", None), (None, None)],
)
def test_an_odd_series_number_is_none_and_costs_no_row(tmp_path, number, read):
    (row,) = read_series_index(write(tmp_path / "i.parquet", [{**ROW, "SeriesNumber": number}]))
    assert row.series_number == read


def test_dates_may_be_dates(tmp_path):
    rows = pl.DataFrame([ROW]).with_columns(pl.col("StudyDate").str.to_date())
    rows.write_parquet(tmp_path / "i.parquet")
    assert read_series_index(tmp_path / "i.parquet")[0].study_date == "20010203"


def test_answers_that_lie_beside_the_raw_columns_are_not_read(tmp_path):
    (row,) = read_series_index(write(tmp_path / "index.parquet", [ROW]))
    assert "dce_first" not in repr(row)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"PatientID": ""}, "identifier"),
        ({"instanceCount": -1}, "images"),
        ({"instanceCount": "many"}, "row 1"),
        ({"series_size_MB": "big"}, "row 1"),
    ],
)
def test_bad_rows_are_named(tmp_path, change, word):
    with pytest.raises(InputError, match="index of series") as caught:
        read_series_index(write(tmp_path / "index.parquet", [{**ROW, **change}]))
    assert word in str(caught.value.evidence)


def test_a_missing_column_is_named(tmp_path):
    rows = [{key: value for key, value in ROW.items() if key != "instanceCount"}]
    with pytest.raises(InputError) as caught:
        read_series_index(write(tmp_path / "index.csv", rows))
    assert "instanceCount" in str(caught.value.evidence)


@pytest.mark.parametrize("content", [b"", b"not a table", b"PAR1" + b"\0" * 50])
def test_what_is_no_table_is_refused(tmp_path, content):
    path = tmp_path / "index.parquet"
    path.write_bytes(content)
    with pytest.raises(InputError):
        read_series_index(path)


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(InputError):
        read_series_index(tmp_path / "none.parquet")
