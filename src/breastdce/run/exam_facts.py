"""What is known of the exams of a data set and their participants, to spread or to group them by.

Acquisition and volumes come from the data set's tables, the rest from a table of patients that
somebody gives: the data set itself holds nothing clinical.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec
import numpy as np

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError, InputError
from breastdce.core.exam import ExamId
from breastdce.core.sheet import CellFault, RawCell, Sheet, SheetRow
from breastdce.dataset import layout
from breastdce.dataset.dictionary import exam_columns
from breastdce.formats.nifti import read_grid
from breastdce.formats.sheets import read_sheet
from breastdce.formats.tables import Cell, read_raw_tsv, read_tsv

_COLUMNS = {
    "patient": ("patient_id", "participant_id", "subjectid", "exam_id", "case", "id"),
    "outcome": ("pcr", "outcome"),
    "age": ("age", "age_years"),
    "menopause": ("menopausal_status", "menopause"),
    "density": ("breast_density", "density"),
}
_CHALLENGE_SHEET = "dataset_info"  # of MAMA-MIA's clinical_and_imaging_info.xlsx
_PLANES = ("sagittal", "coronal", "axial")


class ExamFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One exam as its data set's tables describe it; None where a value is not known."""

    exam: ExamId
    manufacturer: str
    field_strength_t: float | None
    ftv_ml: float
    stv_ml: float | None

    @property
    def volume_ml(self) -> float:
        """Volume that exams are ordered by: of the best STV, else of the FTV."""
        return self.ftv_ml if self.stv_ml is None else self.stv_ml


class PatientFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a table of patients; None where it says nothing."""

    outcome: str | None = None
    age: float | None = None
    menopause: str | None = None
    density: str | None = None


def exam_facts(dataset: Path) -> dict[ExamId, ExamFacts]:
    """Exams of a data set in order of name; InputError(TABLE_INVALID) when it is none."""
    path = layout.exams(dataset)
    names, _ = read_raw_tsv(path)
    rows = read_tsv(path, exam_columns(dated="study_date" in names))
    found = [_exam(row) for row in rows]
    return {facts.exam: facts for facts in sorted(found, key=lambda facts: facts.exam)}


def slice_plane(dataset: Path, exam: ExamId) -> str:
    """Plane of the native slices: sagittal, coronal or axial, the nearest of the three."""
    normal = read_grid(layout.native_image(dataset, exam, 0)).direction[:, 2]
    return _PLANES[int(np.argmax(np.abs(normal)))]


def patient_facts(path: Path) -> dict[str, PatientFacts]:
    """Read a table of patients by `patient_key`; columns that nobody asks for are not looked at.

    Raises
    ------
    InputError
        COLUMN_MISSING where no column names the patients; what `read_sheet` raises.
    """
    first, *rows = _sheet(path).rows or (SheetRow(1, ()),)
    places = _places(first)
    if "patient" not in places:
        raise InputError(
            ErrorCode.COLUMN_MISSING,
            evidence={"file": path.name, "wanted": " or ".join(_COLUMNS["patient"])},
        )
    found = {}
    for row in rows:
        cells = {name: _text(_at(row, place)) for name, place in places.items()}
        if cells["patient"]:
            found[patient_key(cells["patient"])] = _patient(cells)
    return found


def patient_key(name: str) -> str:
    """What two spellings of a patient share: letters and digits, no `sub-`, no case."""
    plain = re.sub(r"^sub-|_ses-.*$", "", name.strip(), flags=re.IGNORECASE)
    return re.sub(r"[^A-Za-z0-9]", "", plain).upper()


def tertiles(volumes: Mapping[str, float]) -> dict[str, str]:
    """Third of each volume among all, named so that they sort; `unknown` where it is NaN."""
    known = [value for value in volumes.values() if not np.isnan(value)]
    cuts = np.quantile(known, (1 / 3, 2 / 3)) if known else ()
    words = ("1 small", "2 middle", "3 large")
    return {
        name: "unknown" if np.isnan(value) else words[sum(value > cut for cut in cuts)]
        for name, value in volumes.items()
    }


def labeled_exams(dataset: Path, kinds: Collection[layout.MaskName]) -> tuple[ExamId, ...]:
    """Exams that have a mask of one of the kinds, in order of name."""
    return tuple(
        exam
        for exam in exam_facts(dataset)
        if any(layout.mask(dataset, exam, kind).is_file() for kind in kinds)
    )


def _exam(row: Mapping[str, Cell]) -> ExamFacts:
    return msgspec.convert(
        {**row, "exam": ExamId.parse(str(row["exam_id"]))}, ExamFacts, from_attributes=True
    )


def _sheet(path: Path) -> Sheet:
    try:
        return read_sheet(path, _CHALLENGE_SHEET)
    except InputError as error:
        if error.code is not ErrorCode.SHEET_MISSING:
            raise
        return read_sheet(path)


def _places(first: SheetRow) -> dict[str, int]:
    headers = [_text(cell).casefold() for cell in first.cells]
    return {
        name: headers.index(word)
        for name, words in _COLUMNS.items()
        for word in words[::-1]  # the first that is there wins
        if word in headers
    }


def _patient(cells: Mapping[str, str]) -> PatientFacts:
    try:
        age = float(cells["age"]) if cells.get("age") else None
    except ValueError as error:
        raise CallError(
            ErrorCode.CALL_INVALID,
            "An age is no number",
            evidence={"patient": cells["patient"], "age": cells["age"]},
            remedy="Correct the table of patients.",
        ) from error
    told = {name: cells.get(name) or None for name in ("outcome", "menopause", "density")}
    return PatientFacts(age=age, **told)


def _at(row: SheetRow, place: int) -> RawCell:
    return row.cells[place] if place < len(row.cells) else None


def _text(cell: RawCell) -> str:
    if cell is None or isinstance(cell, CellFault):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell).strip()
    return "" if text.casefold() in ("n/a", "na", "nan", "none") else text
