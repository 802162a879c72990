"""Rows of an index, as IDC's table has them."""

from __future__ import annotations

from breastdce.fetch.series import index_series


def index_row(series: str = "1.2.3", **changes):
    row = {
        "PatientID": "MADE_1",
        "StudyInstanceUID": "1.2",
        "SeriesInstanceUID": series,
        "Modality": "MR",
        "SeriesDescription": "dynamic",
        "instanceCount": 3,
        "series_size_MB": 0.000030,
        "aws_bucket": "open-data",
        "crdc_series_uuid": f"uuid-{series}",
        "license_short_name": "CC BY 3.0",
        "source_DOI": "10.9999/made",
    }
    return row | changes


def made_series(**changes):
    return index_series(index_row(**changes), "made")
