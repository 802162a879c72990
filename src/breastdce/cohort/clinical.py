"""A clinical table by its schema: sheets read, cells understood, joined by patient."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from breastdce.cohort.problem import Problem, echo
from breastdce.cohort.schema import ColumnRule, PatientRule, Schema, SheetRule
from breastdce.cohort.values import Value, number_of, read_value, text_of
from breastdce.core.codes import ClinicalCode, ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.sheet import CellFault, RawCell, Sheet, SheetRow

_HEADER_ROWS = 50  # in which the line of headers is looked for, below titles and notes
_PATIENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
Cells = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class ClinicalTable:
    """One row a patient, every column of the schema in each."""

    columns: tuple[ColumnRule, ...]
    rows: Mapping[str, Cells]
    """By patient, in the order of the patients' names."""
    problems: tuple[Problem, ...]


def read_clinical(schema: Schema, sheets: Sequence[Sheet]) -> ClinicalTable:
    """Read and join the sheets.

    Parameters
    ----------
    sheets
        One for each of `schema.sheet`, in their order.

    Raises
    ------
    InputError
        COLUMN_MISSING when a sheet has no column of patients; all else is listed as a problem.
    """
    problems: list[Problem] = []
    parts = [
        _read_sheet(schema.patient, rule, sheet, problems)
        for rule, sheet in zip(schema.sheet, sheets, strict=True)
    ]
    columns = tuple(schema.columns())
    rows: dict[str, Cells] = {}
    for patient in sorted({patient for part in parts for patient in part}):
        joined: dict[str, Value] = dict.fromkeys((column.name for column in columns), None)
        for part, sheet in zip(parts, sheets, strict=True):
            if patient not in part:
                problems.append(Problem(sheet.name, None, None, patient, ClinicalCode.NOT_IN_SHEET))
            joined |= part.get(patient, {})
        rows[patient] = joined
    return ClinicalTable(columns, rows, tuple(problems))


def compare_patients(table: ClinicalTable, imaged: frozenset[str]) -> Iterator[Problem]:
    """List who has images and no clinical row, and the other way round."""
    for patient in sorted(imaged - set(table.rows)):
        yield Problem("n/a", None, None, patient, ClinicalCode.NO_CLINICAL)
    for patient in table.rows:
        if patient not in imaged:
            yield Problem("n/a", None, None, patient, ClinicalCode.NO_IMAGES)


def normal(header: RawCell) -> str:
    """Return the spelling of a header in which blanks and case do not count."""
    return "".join(text_of(header).split()).casefold()


def _read_sheet(
    patient: PatientRule, rule: SheetRule, sheet: Sheet, problems: list[Problem]
) -> dict[str, Cells]:
    header = _header_row(patient, sheet)
    places = _places(header)
    for twice in (name for name, count in Counter(map(normal, header.cells)).items() if count > 1):
        columns = [column.name for column in rule.column if normal(column.header) == twice]
        problems += [_problem(sheet, ClinicalCode.HEADER_TWICE, column=name) for name in columns]
    for column in rule.column:
        if normal(column.header) not in places:
            problems.append(_problem(sheet, ClinicalCode.COLUMN_ABSENT, column=column.name))
    body = [row for row in sheet.rows if row.number > header.number]
    if not body:
        problems.append(_problem(sheet, ClinicalCode.SHEET_EMPTY))
    found: dict[str, Cells] = {}
    for row in body:
        name = _patient_of(patient, sheet, row, places[normal(patient.header)], problems)
        if name is None:
            continue
        if name in found:
            problems.append(_problem(sheet, ClinicalCode.PATIENT_TWICE, row=row, patient=name))
            continue
        found[name] = _cells(rule, sheet, row, places, name, problems)
    return found


def _header_row(patient: PatientRule, sheet: Sheet) -> SheetRow:
    wanted = normal(patient.header)
    for row in sheet.rows[:_HEADER_ROWS]:
        if any(normal(cell) == wanted for cell in row.cells):
            return row
    first = sheet.rows[0].cells if sheet.rows else ()
    raise InputError(
        ErrorCode.COLUMN_MISSING,
        "The clinical table has no column of patients",
        evidence={
            "sheet": sheet.name,
            "wanted": patient.header,
            "first row": ", ".join(text_of(cell)[:30] for cell in first[:12])
            or "the sheet is empty",
        },
        remedy="Correct the header in the sheet, or [patient] in the schema.",
    )


def _places(header: SheetRow) -> dict[str, int]:
    """Place of each header; of two equal ones the first."""
    places: dict[str, int] = {}
    for place, cell in enumerate(header.cells):
        places.setdefault(normal(cell), place)
    return places


def _patient_of(
    rule: PatientRule, sheet: Sheet, row: SheetRow, place: int, problems: list[Problem]
) -> str | None:
    cell = _at(row, place)
    if cell is None or text_of(cell) == "":
        if any(text_of(other) for other in row.cells):
            problems.append(_problem(sheet, ClinicalCode.KEY_MISSING, row=row, column=rule.header))
        return None
    if normal(cell) == normal(rule.header):
        problems.append(_problem(sheet, ClinicalCode.HEADER_AGAIN, row=row))
        return None
    name = _patient_name(rule, cell)
    if name is None:
        problems.append(_problem(sheet, ClinicalCode.KEY_INVALID, row=row, column=rule.header))
    return name


def _patient_name(rule: PatientRule, cell: RawCell) -> str | None:
    if isinstance(cell, CellFault):
        return None
    text = text_of(cell).removeprefix(rule.prefix)
    if rule.kind == "integer":
        number = number_of(text)
        if not isinstance(number, float) or not number.is_integer() or number < 0:
            return None
        low, high = rule.least or 0, number if rule.most is None else rule.most
        if not low <= number <= high:
            return None
        text = str(int(number))
    name = rule.prefix + text
    return name if _PATIENT.fullmatch(name) else None


def _cells(
    rule: SheetRule,
    sheet: Sheet,
    row: SheetRow,
    places: Mapping[str, int],
    patient: str,
    problems: list[Problem],
) -> Cells:
    cells: dict[str, Value] = {}
    for column in rule.column:
        place = places.get(normal(column.header))
        if place is None:
            continue
        cell = _at(row, place)
        reading = read_value(column, cell)
        cells[column.name] = reading.value
        if reading.problem is not None:
            shown = None if column.kind == "text" else echo(cell)
            problems.append(
                Problem(sheet.name, row.number, column.name, patient, reading.problem, shown)
            )
    return cells


def _at(row: SheetRow, place: int) -> RawCell:
    return row.cells[place] if place < len(row.cells) else None


def _problem(
    sheet: Sheet,
    code: ClinicalCode,
    *,
    row: SheetRow | None = None,
    column: str | None = None,
    patient: str | None = None,
) -> Problem:
    return Problem(sheet.name, None if row is None else row.number, column, patient, code)
