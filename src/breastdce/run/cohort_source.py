"""Who has which exams: from the scan's table, or from a data set that is finished."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from breastdce.cohort.clinical import normal
from breastdce.cohort.patient import OK, Exam
from breastdce.cohort.values import number_of, text_of
from breastdce.core.codes import ErrorCode, ExamCode
from breastdce.core.errors import CallError, InputError
from breastdce.core.sheet import CellFault, RawCell
from breastdce.dataset import dictionary, layout
from breastdce.dataset.rows import Level
from breastdce.formats.sheets import read_sheet
from breastdce.formats.tables import Cell, Row, read_tsv

_NEEDED = ("patient_id", "reason_code")
_EXAM = ("visit", "reason_code", "n_phases", "field_strength_t", "laterality")
_TOLD = ("manufacturer", "manufacturer_model", "layout")
_MISSING = frozenset(("", "n/a"))
_LONGEST = 64  # characters of a value from a header: DICOM's LO


@dataclass(frozen=True, slots=True)
class Source:
    """The exams of every patient who has any."""

    exams: Mapping[str, tuple[Exam, ...]]
    columns: frozenset[str]
    """What the table tells of an exam."""
    is_private: bool
    """Whether patients are named as the headers name them."""
    nameless: int = 0
    """Exams without patient, which nothing can be said of."""

    def name(self, patient: str) -> str:
        """How this source names a patient of another table."""
        # Folders of a data set keep letters and digits of an id only.
        return patient if self.is_private else re.sub("[^A-Za-z0-9]", "", patient)


def read_source(path: Path) -> Source:
    """Read a table of exams (DCE.tsv), or the tables of a data set (its folder).

    Raises
    ------
    CallError
        CALL_INVALID when it is neither.
    InputError
        COLUMN_MISSING, TABLE_INVALID with the line, SHEET_UNREADABLE.
    """
    if path.is_file():
        return _read_table(path)
    if layout.description(path).is_file():
        return _read_dataset(path)
    raise CallError(
        ErrorCode.CALL_INVALID,
        "Neither a table of exams nor a data set",
        evidence={"path": str(path)},
        remedy="Give the table of `breastdce scan … --out DCE.tsv`, or the folder of a data set.",
    )


def _read_table(path: Path) -> Source:
    rows = read_sheet(path).rows
    names = [normal(cell) for cell in rows[0].cells] if rows else []
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise InputError(
            ErrorCode.COLUMN_MISSING,
            "The table of exams lacks columns",
            evidence={"file": path.name, "missing": ", ".join(missing)},
            remedy="Write it with `breastdce scan … --out DCE.tsv`.",
        )
    found: defaultdict[str, list[Exam]] = defaultdict(list)
    nameless = 0
    for row in rows[1:]:
        cells = dict(zip(names, (*row.cells, *[None] * len(names)), strict=False))
        try:
            patient = _text(cells["patient_id"])
            if patient is None:
                nameless += 1
            else:
                found[patient].append(_exam(cells))
        except ValueError as error:
            raise _wrong(path, row.number, str(error)) from error
    columns = frozenset(names) & {*_EXAM, *_TOLD}
    exams = {patient: tuple(exams) for patient, exams in found.items()}
    return Source(exams, columns, is_private=True, nameless=nameless)


def _exam(cells: Mapping[str, RawCell]) -> Exam:
    reason = _text(cells["reason_code"]) or ""
    if reason != OK and reason not in ExamCode.__members__:
        raise ValueError(f"reason_code is {reason!r}, neither OK nor the code of an exam")
    visit = _text(cells.get("visit"))
    if visit is not None and not re.fullmatch("[A-Za-z0-9]{1,16}", visit):
        raise ValueError("visit is not a short word of letters and digits")
    side = (_text(cells.get("laterality")) or "").upper()
    phases = _number(cells, "n_phases")
    if phases is not None and not phases.is_integer():
        raise ValueError("n_phases is not a whole number")
    return Exam(
        visit=visit,
        reason_code=reason,
        n_phases=None if phases is None else int(phases),
        manufacturer=_text(cells.get("manufacturer")),
        manufacturer_model=_text(cells.get("manufacturer_model")),
        field_strength_t=_number(cells, "field_strength_t"),
        laterality=side if side in ("L", "R", "B") else None,
        layout=_text(cells.get("layout")),
    )


def _text(cell: RawCell) -> str | None:
    if isinstance(cell, CellFault):
        raise ValueError("a cell holds a date or an error")  # noqa: TRY004  # one kind for a line
    text = text_of(cell)
    if text in _MISSING:
        return None
    if len(text) > _LONGEST or not text.isprintable():
        raise ValueError("a cell is not a short line of text")
    return text


def _number(cells: Mapping[str, RawCell], name: str) -> float | None:
    text = _text(cells.get(name))
    if text is None:
        return None
    number = number_of(text)
    if not isinstance(number, float) or number < 0:
        raise ValueError(f"{name} is not a number from 0")
    return number


def _read_dataset(root: Path) -> Source:
    found: defaultdict[str, list[Exam]] = defaultdict(list)
    for row in read_tsv(layout.exams(root), dictionary.EXAMS):
        found[_label(row, "participant_id")].append(
            Exam(
                visit=_label(row, "session_id"),
                reason_code=OK,
                n_phases=_int(row["n_phases"]),
                manufacturer=_str(row["manufacturer"]),
                manufacturer_model=_str(row["manufacturer_model"]),
                field_strength_t=_float(row["field_strength_t"]),
            )
        )
    nameless = 0
    for row in read_tsv(layout.exclusions(root), dictionary.EXCLUSIONS):
        if row["level"] != Level.EXAM.value:
            continue
        if row["participant_id"] is None:
            nameless += 1
            continue
        visit = None if row["session_id"] is None else _label(row, "session_id")
        exam = Exam(visit=visit, reason_code=str(row["code"]))
        found[_label(row, "participant_id")].append(exam)
    columns = frozenset(("visit", "reason_code", "n_phases", "field_strength_t", *_TOLD[:2]))
    exams = {patient: tuple(exams) for patient, exams in found.items()}
    return Source(exams, columns, is_private=False, nameless=nameless)


def _label(row: Row, column: str) -> str:
    return str(row[column]).partition("-")[2]


def _int(value: Cell) -> int | None:
    return value if isinstance(value, int) else None


def _str(value: Cell) -> str | None:
    return value if isinstance(value, str) else None


def _float(value: Cell) -> float | None:
    return value if isinstance(value, float) else None


def _wrong(path: Path, line: int, why: str) -> InputError:
    return InputError(
        ErrorCode.TABLE_INVALID,
        "The table of exams cannot be used",
        evidence={"file": path.name, "line": line, "why": why},
        remedy="Write it again with `breastdce scan … --out DCE.tsv`, or correct the line.",
    )
