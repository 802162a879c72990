"""A feature table on disk: the table, its dictionary, its reasons and its notes.

Beside TABLE.csv lie TABLE.json, what each column means; TABLE.reasons.tsv, why a value is
undefined; and TABLE.notes.tsv, limits of rows. The last two exist only where there is something to
say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError
from breastdce.formats.atomic import write_bytes
from breastdce.formats.table_bytes import ENCODERS, tsv_bytes
from breastdce.formats.tables import Column, Row, write_json
from breastdce.radiomics.panel import describe
from breastdce.run.features import FeatureTable, Note


def _column(name: str, description: str, **more: object) -> Column:
    return msgspec.convert(
        {"name": name, "long_name": name, "description": description, **more}, Column
    )


_KEYS = (
    _column("image", "Name of the image."),
    _column("mask", "Name of the mask; +0-5mm behind it is the ring at that distance around it."),
    _column("label", "Label of the region in the mask.", kind="integer"),
)
_FEATURE = _column("feature", "Name of the feature.")
_VALUE = _column("value", "Value of the feature; missing where it is undefined.", kind="number")
_REASON = _column("reason", "Code of the reason why the value is undefined.")
_MEANING = _column("meaning", "What the code says.")
_REASONS = (*_KEYS, _FEATURE, _REASON, _MEANING)
_NOTES = (*_KEYS, _column("code", "Code of the note."), _MEANING, _column("detail", "Facts."))


class Sheet(NamedTuple):
    """Columns with their rows."""

    columns: Sequence[Column]
    rows: Sequence[Row]


def wide(table: FeatureTable) -> Sheet:
    """One row a region; the columns after the keys are the panel's, in its order."""
    columns = [_column(name, "", kind="number") for name in table.panel.columns()]
    rows: list[Row] = [
        {"image": row.image, "mask": row.mask, "label": row.label, **row.features.values}
        for row in table.rows
    ]
    return Sheet((*_KEYS, *columns), rows)


def tidy(table: FeatureTable) -> Sheet:
    """One row a region and feature."""
    rows: list[Row] = [
        {
            "image": row.image,
            "mask": row.mask,
            "label": row.label,
            "feature": name,
            "value": value,
            "reason": row.features.reasons.get(name),
        }
        for row in table.rows
        for name, value in row.features.values.items()
    ]
    return Sheet((*_KEYS, _FEATURE, _VALUE, _REASON), rows)


def reasons(table: FeatureTable) -> Sheet:
    """One row a value that is undefined."""
    rows: list[Row] = [
        {
            "image": row.image,
            "mask": row.mask,
            "label": row.label,
            "feature": name,
            "reason": code,
            "meaning": code.meaning,
        }
        for row in table.rows
        for name, code in row.features.reasons.items()
    ]
    return Sheet(_REASONS, rows)


def notes(table: FeatureTable) -> Sheet:
    """One row a limit; without mask and label where it is the image's own."""
    return Sheet(_NOTES, [_note_row(note) for note in table.notes])


def _note_row(note: Note) -> Row:
    caveat = note.caveat
    return {
        "image": note.image,
        "mask": note.mask,
        "label": note.label,
        "code": caveat.code,
        "meaning": caveat.code.meaning,
        "detail": ", ".join(f"{key} {value}" for key, value in caveat.detail.items()),
    }


def dictionary(table: FeatureTable, *, as_tidy: bool) -> dict[str, object]:
    """What each column means; in the tidy form features are levels of the column `feature`."""
    features = {record.name: _meaning(record) for record in describe(table.panel)}
    columns: dict[str, object] = {key.name: {"definition": key.description} for key in _KEYS}
    if not as_tidy:
        return columns | features
    columns["feature"] = {"definition": _FEATURE.description, "levels": features}
    return columns | {key.name: {"definition": key.description} for key in (_VALUE, _REASON)}


def _meaning(record: msgspec.Struct) -> Mapping[str, object]:
    return {key: value for key, value in msgspec.structs.asdict(record).items() if key != "name"}


def companions(out: Path) -> tuple[Path, Path, Path]:
    """Paths of dictionary, reasons and notes of a table."""
    return (
        out.with_suffix(".json"),
        out.with_suffix(".reasons.tsv"),
        out.with_suffix(".notes.tsv"),
    )


def check_out(out: Path, inputs: Iterable[Path]) -> None:
    """Refuse a table of unknown format, or one that would be written over an input.

    Raises
    ------
    CallError
        CALL_INVALID.
    """
    if out.suffix.lower() not in ENCODERS:
        raise CallError(
            ErrorCode.CALL_INVALID,
            "The format of the table is not known",
            evidence={"out": str(out), "known": ", ".join(ENCODERS)},
            remedy="Give a file name with one of the known suffixes.",
        )
    given = {path.resolve() for path in inputs}
    for path in (out, *companions(out)):
        if path.resolve() in given:
            raise CallError(
                ErrorCode.CALL_INVALID,
                "The output would be written over an input",
                evidence={"path": str(path)},
                remedy="Give another name for the table.",
            )


def write_feature_files(out: Path, table: FeatureTable, *, as_tidy: bool) -> None:
    """Write the table and what belongs to it; the table last, so that its presence means complete.

    Raises
    ------
    StoreError
        OUTPUT_UNWRITABLE.
    """
    meaning, reasons_path, notes_path = companions(out)
    write_json(meaning, dictionary(table, as_tidy=as_tidy))
    for path, sheet in ((reasons_path, reasons(table)), (notes_path, notes(table))):
        if sheet.rows:
            write_bytes(path, tsv_bytes(*sheet))
        else:
            path.unlink(missing_ok=True)  # an earlier table's would speak for this one
    write_bytes(out, ENCODERS[out.suffix.lower()](*(tidy if as_tidy else wide)(table)))
