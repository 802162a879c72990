"""The rows of the data set's tables, typed, and how each field becomes a cell."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import msgspec

from breastdce.core.codes import CaveatCode, ExamCode, FileCode, SeriesCode
from breastdce.core.exam import Box, ExamId, VoiSource
from breastdce.dataset.layout import MaskName
from breastdce.formats.tables import Cell

LIST_MARK = ";"
MODALITIES = (
    *("CR", "CT", "DOC", "DX", "KO", "MG", "MR", "NM", "OT", "PR", "PT", "REG", "RF"),
    *("RTDOSE", "RTPLAN", "RTSTRUCT", "RWV", "SC", "SEG", "SM", "SR", "US", "XA"),
)
"""Defined terms of Modality (0008,0060), DICOM PS3.3 C.7.3.1.1.1, that archives of breast
imaging hold; anything else is published as OT, as the field is free in practice."""


class Level(StrEnum):
    """What an exclusion is about."""

    FILE = "file"
    SERIES = "series"
    EXAM = "exam"


class ParticipantRow(msgspec.Struct, frozen=True, kw_only=True):
    """One patient."""

    participant: str
    visits: tuple[str, ...]
    """Visits of the exams in the data set, without `ses-`."""


class ExamRow(msgspec.Struct, frozen=True, kw_only=True):
    """One exam; None where a value is not known or undefined."""

    exam: ExamId
    manufacturer: str
    manufacturer_model: str
    field_strength_t: float | None
    n_phases: int
    delays_s: tuple[float | None, ...]
    phase_indices: tuple[int, int, int]
    native_shape: tuple[int, int, int]
    native_spacing_mm: tuple[float, float, float]
    image_shape: tuple[int, int, int]
    zscore_mean: float | None
    zscore_sd: float | None
    pe_threshold_percent: float
    voi: VoiSource
    ftv_voxels: int
    ftv_ml: float
    ser_washout_ml: float
    ser_plateau_ml: float
    ser_persistent_ml: float
    stv_source: MaskName | None = None
    stv_voxels: int | None = None
    stv_ml: float | None = None
    caveats: tuple[CaveatCode, ...] = ()
    shifted_day: int | None = None
    """Shifted study date as a proleptic Gregorian ordinal; None where dates are dropped."""


class ExclusionRow(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was found and not used."""

    level: Level
    participant: str | None
    visit: str | None
    series_number: int | None
    modality: str | None
    n_files: int
    code: FileCode | SeriesCode | ExamCode
    evidence: str = ""
    """Numbers and words of our own, one line; no text, date or identifier of a header."""


class FeatureRow(msgspec.Struct, frozen=True, kw_only=True):
    """Features of one exam in one mask; NaN where undefined."""

    exam: ExamId
    mask: MaskName
    values: Mapping[str, float]


class ProposalRow(msgspec.Struct, frozen=True, kw_only=True):
    """A region of interest that the program proposed."""

    exam: ExamId
    rank: int
    """1 is the likeliest; it was used."""
    box: Box
    side: str
    ml: float
    score: float


def participant_cells(row: ParticipantRow) -> dict[str, Cell]:
    """Cells of a line of participants.tsv."""
    return {
        "participant_id": f"sub-{row.participant}",
        "n_exams": len(row.visits),
        "sessions": join([f"ses-{visit}" for visit in row.visits]),
    }


def exam_cells(row: ExamRow) -> dict[str, Cell]:
    """Cells of a line of exams.tsv, in the order of the table; see `dated_exam_cells`."""
    keys: dict[str, Cell] = {
        "exam_id": str(row.exam),
        "participant_id": f"sub-{row.exam.participant}",
        "session_id": f"ses-{row.exam.visit}",
    }
    names = (name for name in ExamRow.__struct_fields__[1:] if name != "shifted_day")
    cells = keys | {name: _cell(getattr(row, name)) for name in names}
    return cells | {name: _plain(cell) for name, cell in cells.items() if name.endswith("_ml")}


def _plain(volume: Cell) -> Cell:
    """Without what the product of a count and a voxel's volume leaves in the last digits."""
    return float(f"{volume:.12g}") if isinstance(volume, float) else volume


def dated_exam_cells(row: ExamRow) -> dict[str, Cell]:
    """Cells of a line of exams.tsv where dates are shifted."""
    day = row.shifted_day
    return exam_cells(row) | {
        "study_date": None if day is None else date.fromordinal(day).isoformat()
    }


def exclusion_cells(row: ExclusionRow) -> dict[str, Cell]:
    """Cells of a line of exclusions.tsv."""
    return {
        "level": row.level.value,
        "participant_id": f"sub-{row.participant}" if row.participant else None,
        "session_id": f"ses-{row.visit}" if row.visit else None,
        "series_number": row.series_number,
        "modality": None if row.modality is None else published_modality(row.modality),
        "n_files": row.n_files,
        "code": row.code.value,
        "evidence": re.sub(r"\s+", " ", row.evidence).strip(),
    }


def feature_cells(row: FeatureRow, columns: tuple[str, ...]) -> dict[str, Cell]:
    """Cells of a line of a feature table: exam and mask, then `columns` in their order."""
    keys: dict[str, Cell] = {"exam_id": str(row.exam), "mask": row.mask.value}
    return keys | {name: float(row.values[name]) for name in columns}


def proposal_cells(row: ProposalRow) -> dict[str, Cell]:
    """Cells of a line of voi_proposals.tsv, which is a table of regions too."""
    ends: dict[str, Cell] = {
        f"{end}_{axis}": index
        for end, corner in (("first", row.box.first), ("last", row.box.last))
        for axis, index in zip("ijk", corner, strict=True)
    }
    head: dict[str, Cell] = {
        "exam_id": str(row.exam),
        "kind": "voi" if row.rank == 1 else "proposal",
    }
    told: dict[str, Cell] = {
        "rank": row.rank,
        "side": row.side,
        "enhancing_ml": round(row.ml, 3),
        "score": round(row.score, 4),
    }
    return head | ends | told


def published_modality(text: str) -> str:
    """One of `MODALITIES`; OT for a term that is none of them."""
    return text if text in MODALITIES else "OT"


def join(values: list[str]) -> str:
    """Several values in one cell."""
    return LIST_MARK.join(values)


def _cell(value: object) -> Cell:
    if isinstance(value, tuple):
        return join(["n/a" if item is None else _text(item) for item in value])
    if isinstance(value, StrEnum):
        return value.value
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"no cell can hold {value!r}")


def _text(item: object) -> str:
    if isinstance(item, float):
        return "n/a" if math.isnan(item) else repr(float(item))
    return str(item)
