"""A row of the index is read, or refused with the value that cannot be used."""

from __future__ import annotations

import pytest

from tests.unit.fetch.made_index import made_series


def test_row_gives_address_folder_and_whole_bytes():
    series = made_series(series_size_MB=3.229344)
    assert series.source == "s3://open-data/uuid-1.2.3/"
    assert series.folder == "MADE_1/1.2/1.2.3"
    assert series.size_bytes == 3_229_344


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("PatientID", ".."),
        ("PatientID", None),
        ("StudyInstanceUID", "1.2/../.."),
        ("SeriesInstanceUID", None),
        ("aws_bucket", "x; rm"),
        ("crdc_series_uuid", ".."),
        ("crdc_series_uuid", "a/b"),
        ("instanceCount", 0),
        ("instanceCount", 2.5),
        ("instanceCount", None),
        ("series_size_MB", -1.0),
        ("series_size_MB", float("nan")),
        ("series_size_MB", float("inf")),
        ("series_size_MB", "3"),
    ],
)
def test_value_that_cannot_be_used_is_refused(column, value):
    with pytest.raises(ValueError, match=r".+"):
        made_series(**{column: value})


@pytest.mark.parametrize("nothing", [None, "", " ", "n/a"])
def test_license_that_is_not_stated_is_none(nothing):
    assert made_series(license_short_name=nothing).license is None
