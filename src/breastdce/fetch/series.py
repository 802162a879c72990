"""One row of an archive's index of series, in the columns of IDC."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from breastdce.core.codes import FetchCode
from breastdce.fetch.names import bucket_name, folder_name, key_part, printable, uid

IndexRow = Mapping[str, Any]
"""Column to value, as the table has it."""

REQUIRED = (
    "PatientID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "Modality",
    "SeriesDescription",
    "instanceCount",
    "series_size_MB",
    "aws_bucket",
    "crdc_series_uuid",
)
"""Columns without which nothing can be fetched."""
_BYTES_PER_MB = 1_000_000  # the index's MB is a million bytes: its six decimals give whole bytes


class Failure(msgspec.Struct, frozen=True):
    """A series that is wanted and is not, or not wholly, here."""

    patient_id: str
    study_uid: str
    series_uid: str
    code: FetchCode
    evidence: str


class IndexSeries(msgspec.Struct, frozen=True, kw_only=True):
    """A series as the index describes it; every name can be the name of a file."""

    collection_id: str
    patient_id: str
    study_uid: str
    series_uid: str
    modality: str
    description: str
    instances: int
    size_bytes: int
    bucket: str
    crdc_uuid: str
    license: str | None = None
    source_doi: str | None = None

    @property
    def source(self) -> str:
        """Address that the addresses of the series' objects begin with."""
        return f"s3://{self.bucket}/{self.crdc_uuid}/"

    @property
    def folder(self) -> str:
        """Where its files lie below the destination."""
        return f"{self.patient_id}/{self.study_uid}/{self.series_uid}"


def index_series(row: IndexRow, collection: str) -> IndexSeries:
    """Read one row; ValueError says which value cannot be used."""
    return IndexSeries(
        collection_id=collection,
        patient_id=folder_name(_text(row, "PatientID")),
        study_uid=uid(_text(row, "StudyInstanceUID")),
        series_uid=uid(_text(row, "SeriesInstanceUID")),
        modality=printable(_text(row, "Modality")),
        description=printable(_text(row, "SeriesDescription")),
        instances=_whole(row, "instanceCount"),
        size_bytes=round(_number(row, "series_size_MB") * _BYTES_PER_MB),
        bucket=bucket_name(_text(row, "aws_bucket")),
        crdc_uuid=key_part(_text(row, "crdc_series_uuid")),
        license=_stated(row, "license_short_name"),
        source_doi=_stated(row, "source_DOI"),
    )


def _text(row: IndexRow, column: str) -> str:
    value = row.get(column)
    return "" if value is None else str(value)


def _stated(row: IndexRow, column: str) -> str | None:
    text = printable(_text(row, column)).strip()
    return None if text in ("", "n/a") else text


def _number(row: IndexRow, column: str) -> float:
    value = row.get(column)
    if not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise ValueError(f"{column} is {printable(str(value))}")
    return float(value)


def _whole(row: IndexRow, column: str) -> int:
    value = _number(row, column)
    if value < 1 or value != int(value):
        raise ValueError(f"{column} is {value}")
    return int(value)
