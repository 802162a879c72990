"""What a cell of a clinical table says, by its column's rule: a value, or a problem's code."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import NamedTuple

from breastdce.cohort.schema import MISSING, ColumnRule, Kind
from breastdce.core.codes import ClinicalCode
from breastdce.core.sheet import CellFault, Percent, RawCell

Value = str | int | float | bool | None
MAX_TEXT = 200
_FAULTS = {
    CellFault.DATE: ClinicalCode.CELL_DATE,
    CellFault.ERROR: ClinicalCode.CELL_ERROR,
    CellFault.NOT_PLAIN: ClinicalCode.CELL_ERROR,
    CellFault.NO_RESULT: ClinicalCode.FORMULA_EMPTY,
}
_BLANKS = re.compile(r"[\s\u00a0\u2009\u202f]+")
_PLAIN = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[-+]?[0-9]{1,3})?", re.IGNORECASE)
_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
_THOUSANDS_OR_DECIMALS = re.compile(r"[-+]?[1-9][0-9]{0,2},[0-9]{3}")
_GROUPED = (
    (
        re.compile(r"[-+]?[1-9][0-9]{0,2}(,[0-9]{3})+\.[0-9]+|[-+]?[1-9][0-9]{0,2}(,[0-9]{3}){2,}"),
        ",",
    ),
    (
        re.compile(
            r"[-+]?[1-9][0-9]{0,2}(\.[0-9]{3})+,[0-9]+|[-+]?[1-9][0-9]{0,2}(\.[0-9]{3}){2,}"
        ),
        ".",
    ),
)
_TRUE, _FALSE = frozenset(("1", "true", "yes", "y")), frozenset(("0", "false", "no", "n"))
_BAD_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Reading(NamedTuple):
    """A cell as it was understood; a problem leaves it without value."""

    value: Value
    problem: ClinicalCode | None = None


def read_value(column: ColumnRule, cell: RawCell) -> Reading:
    """Understand one cell.

    A comma is a decimal mark, except where it may as well mark thousands (`1,234`): that is a
    problem. A number in percent needs a column whose unit is percent.
    """
    if isinstance(cell, CellFault):
        return Reading(None, _FAULTS[cell])
    if _is_missing(column, cell):
        return Reading(None, ClinicalCode.VALUE_REQUIRED if column.required else None)
    return _READERS[column.kind](column, cell)


def number_of(cell: RawCell, *, percent: bool = False) -> float | ClinicalCode:
    """Read a number, or the code of why it is none; `percent` is whether that is its unit."""
    if isinstance(cell, Percent):
        return cell.fraction * 100 if percent else cell.fraction
    if isinstance(cell, bool) or cell is None:
        return ClinicalCode.NOT_A_NUMBER
    if isinstance(cell, int | float):
        return _finite(cell)
    text = _BLANKS.sub("", cell).replace("\u2212", "-")
    if text.endswith("%"):
        if not percent:
            return ClinicalCode.NOT_A_NUMBER
        text = text[:-1]
    return _number_of_text(text)


def text_of(cell: RawCell) -> str:
    """Text of a cell without needless blanks; whole numbers without decimals."""
    if isinstance(cell, Percent):
        cell = cell.fraction
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else _BLANKS.sub(" ", str(cell)).strip()


def _number_of_text(text: str) -> float | ClinicalCode:
    if _PLAIN.fullmatch(text):
        return _finite(float(text))
    if _THOUSANDS_OR_DECIMALS.fullmatch(text):
        return ClinicalCode.NUMBER_AMBIGUOUS
    if _COMMA.fullmatch(text):
        return float(text.replace(",", "."))
    for pattern, mark in _GROUPED:
        if pattern.fullmatch(text):
            return float(text.replace(mark, "").replace(",", "."))
    return ClinicalCode.NOT_A_NUMBER


def _finite(value: float) -> float | ClinicalCode:
    return value if math.isfinite(value) else ClinicalCode.NOT_A_NUMBER


def _is_missing(column: ColumnRule, cell: RawCell) -> bool:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return True
    text = text_of(cell).casefold()
    if text in (code.casefold() for code in column.levels):
        return False
    return text in MISSING or text in (spelling.casefold() for spelling in column.missing)


def _read_number(column: ColumnRule, cell: RawCell) -> Reading:
    number = number_of(cell, percent=column.units in ("percent", "%"))
    if isinstance(number, ClinicalCode):
        return Reading(None, number)
    low = -math.inf if column.least is None else column.least
    high = math.inf if column.most is None else column.most
    if not low <= number <= high:
        return Reading(None, ClinicalCode.OUT_OF_BOUNDS)
    return Reading(float(number))


def _read_integer(column: ColumnRule, cell: RawCell) -> Reading:
    reading = _read_number(column, cell)
    if reading.problem is not None or not isinstance(reading.value, float):
        return reading
    if not reading.value.is_integer():
        return Reading(None, ClinicalCode.NOT_WHOLE)
    return Reading(int(reading.value))


def _read_boolean(_: ColumnRule, cell: RawCell) -> Reading:
    text = text_of(cell).casefold()
    if text in _TRUE or text in _FALSE:
        return Reading(text in _TRUE)
    return Reading(None, ClinicalCode.NOT_BOOLEAN)


def _read_category(column: ColumnRule, cell: RawCell) -> Reading:
    text = text_of(cell)
    if text not in column.levels:
        # The same code as a number with decimals, or in other letters.
        number = number_of(text)
        text = text_of(number) if isinstance(number, float) else text
    same = [code for code in column.levels if code.casefold() == text.casefold()]
    if text in column.levels:
        return Reading(text)
    return Reading(same[0]) if len(same) == 1 else Reading(None, ClinicalCode.CODE_UNKNOWN)


def _read_text(_: ColumnRule, cell: RawCell) -> Reading:
    text = str(cell).strip() if isinstance(cell, str) else text_of(cell)
    if len(text) > MAX_TEXT or _BAD_TEXT.search(text):
        return Reading(None, ClinicalCode.TEXT_UNFIT)
    return Reading(text)


_READERS: dict[Kind, Callable[[ColumnRule, RawCell], Reading]] = {
    "text": _read_text,
    "integer": _read_integer,
    "number": _read_number,
    "boolean": _read_boolean,
    "category": _read_category,
}
