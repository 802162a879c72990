"""An index of series, one row each, as archives publish it (Imaging Data Commons, IDC).

Only the columns that are named here are read, by the names that idc-index-data gives them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.formats.parquet import BROKEN, quiet_panics

_MOST_IMAGES = 10_000_000


class IndexRow(msgspec.Struct, frozen=True, kw_only=True):
    """One series; empty text and None where the index has nothing."""

    patient_id: str
    study_uid: str
    series_uid: str
    study_date: str | None = None
    """YYYYMMDD."""
    study_description: str = ""
    series_description: str = ""
    series_number: int | None = None
    modality: str = ""
    manufacturer: str = ""
    model: str = ""
    n_images: int = 0
    size_mb: float = 0.0
    """Size of all files, 10^6 bytes."""


_NAMES = {
    "PatientID": "patient_id",
    "StudyInstanceUID": "study_uid",
    "SeriesInstanceUID": "series_uid",
    "StudyDate": "study_date",
    "StudyDescription": "study_description",
    "SeriesDescription": "series_description",
    "SeriesNumber": "series_number",
    "Modality": "modality",
    "Manufacturer": "manufacturer",
    "ManufacturerModelName": "model",
    "instanceCount": "n_images",
    "series_size_MB": "size_mb",
}
_NEEDED = (
    "PatientID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "SeriesDescription",
    "Modality",
    "instanceCount",
)
_TEXT = ("study_description", "series_description", "modality", "manufacturer", "model")


def read_series_index(path: Path) -> tuple[IndexRow, ...]:
    """Read an index table: Parquet, CSV or TSV by its suffix.

    Raises
    ------
    InputError
        TABLE_INVALID when it cannot be read, lacks a column, or a row has no identifiers.
    """
    names, rows = _read(path)
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise _invalid(path, f"no column {', '.join(missing)}")
    known = [name for name in _NAMES if name in names]
    return tuple(_rows(path, known, rows(known)))


def _read(path: Path) -> tuple[list[str], Any]:
    import polars as pl  # late: it would slow down the start of every command

    broken = (*BROKEN, pl.exceptions.PolarsError, pl.exceptions.PanicException)
    try:
        with quiet_panics():
            if path.suffix.lower() == ".parquet":
                table = pl.scan_parquet(path, glob=False)
            else:
                mark = "\t" if path.suffix.lower() == ".tsv" else ","
                table = pl.scan_csv(path, separator=mark, infer_schema=False, glob=False)
            names = table.collect_schema().names()
    except broken as error:
        raise _invalid(path, type(error).__name__) from error

    def rows(columns: list[str]) -> Iterable[tuple[object, ...]]:
        try:
            with quiet_panics():
                return table.select(columns).collect().rows()
        except broken as error:
            raise _invalid(path, type(error).__name__) from error

    return names, rows


def index_row(cells: Mapping[str, object]) -> IndexRow:
    """Make a row from the cells of an index, by column name; other columns are left out.

    Raises
    ------
    ValueError
        Identifiers are missing, or a number is none.
    """
    known: dict[str, object] = {ours: cells.get(name) for name, ours in _NAMES.items()}
    known["study_date"] = _date(known["study_date"])
    for text in _TEXT:
        known[text] = str(known[text] or "")
    known["series_number"] = _whole(known["series_number"])
    known["size_mb"] = known["size_mb"] or 0.0
    row = msgspec.convert(known, IndexRow, strict=False)  # its error is a ValueError
    if not (row.patient_id and row.study_uid and row.series_uid):
        raise ValueError("an identifier is missing")
    if not 0 <= row.n_images <= _MOST_IMAGES:
        raise ValueError(f"{row.n_images} images")
    return row


def _rows(path: Path, names: list[str], rows: Iterable[tuple[object, ...]]) -> Iterator[IndexRow]:
    for number, values in enumerate(rows, 1):
        try:
            yield index_row(dict(zip(names, values, strict=True)))
        except ValueError as error:
            raise _invalid(path, f"row {number}: {error}") from error


def _whole(value: object) -> int | None:
    """Make a series number; archives hold others too (`3.0`, text), which are none."""
    try:
        return int(float(str(value))) if value is not None else None
    except (ValueError, OverflowError):
        return None


def _date(value: object) -> str | None:
    digits = str(value or "").replace("-", "")[:8]
    return digits if len(digits) == 8 and digits.isdigit() else None


def _invalid(path: Path, why: str) -> InputError:
    return InputError(
        ErrorCode.TABLE_INVALID,
        "The index of series cannot be used",
        evidence={"file": path.name, "why": why},
        remedy="Give a Parquet or CSV table with the columns of the IDC index: "
        f"{', '.join(_NEEDED)}.",
    )
