"""Table 1: characteristics of the patients by a grouping column, as its TOML defines it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from breastdce.cohort.definition import convert, invalid, read_toml
from breastdce.cohort.patient import Patient
from breastdce.cohort.rounding import median, percent, rounded
from breastdce.cohort.summary import Figures, Line, Summary, decimals_of
from breastdce.cohort.values import Value, text_of
from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError

Decimals = Annotated[int, msgspec.Meta(ge=0, le=6)]
Statistic = Literal["minimum", "maximum", "median"]
Whole = Literal["all", "column", "known"]
"""What 100 % is: all patients of the table, those of the column, or those of the column whose
value is known."""
_OF = {"all": "% of all", "column": "% of column", "known": "% of known"}
_HEADS = ("Characteristic", "Statistic")
Group = list[Patient]


class _Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    value: str
    label: str


class CountRow(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag="count",
    tag_field="kind",
):
    """How many patients each column has."""

    label: str
    percent_of: Whole | None = None
    decimals: Decimals = 0
    reference: tuple[int | None, ...] = ()
    reference_percent: tuple[float | None, ...] = ()


class NumberRow(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag="number",
    tag_field="kind",
):
    """Statistics of a column of numbers."""

    label: str
    column: str
    statistics: tuple[Statistic, ...] = ("minimum", "maximum", "median")
    decimals: Decimals = 1
    reference: dict[Statistic, tuple[float | None, ...]] = {}


class LevelRow(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag="level",
    tag_field="kind",
):
    """How many patients have one of some values."""

    label: str
    column: str
    among: tuple[str, ...]
    percent_of: Whole | None = "column"
    decimals: Decimals = 0
    reference: tuple[int | None, ...] = ()
    reference_percent: tuple[float | None, ...] = ()


class Characteristics(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The definition."""

    schema: int
    name: str
    title: str
    source: str = ""
    group: str
    """Clinical column whose values are the columns of the table."""
    column: tuple[_Group, ...]
    row: tuple[CountRow | NumberRow | LevelRow, ...]

    def needs(self) -> tuple[str, ...]:
        """Clinical columns that the table is made from."""
        named = (row.column for row in self.row if not isinstance(row, CountRow))
        return tuple(dict.fromkeys((self.group, *named)))


def parse_characteristics(text: str, origin: str) -> Characteristics:
    """Read the definition from TOML text; `origin` is named in errors.

    Raises
    ------
    RecipeError
        DEFINITION_INVALID with the place.
    """
    table = convert(read_toml(text, origin), Characteristics, origin)
    width = len(table.column)
    if len({*_HEADS, *(column.label for column in table.column)}) < width + len(_HEADS):
        raise invalid(origin, "two columns have the same label")
    for row in table.row:
        if any(width_given not in (0, width) for width_given in _widths(row)):
            raise invalid(
                origin, f"{row.label}: a reference needs {width} figures, as many as columns"
            )
    return table


def _widths(row: CountRow | NumberRow | LevelRow) -> list[int]:
    if isinstance(row, NumberRow):
        return [len(figures) for figures in row.reference.values()]
    return [len(row.reference), len(row.reference_percent)]


def characteristics(
    definition: Characteristics, patients: Sequence[Patient], known: Sequence[str]
) -> Summary:
    """Make the table.

    Parameters
    ----------
    patients
        Those of the cohort.
    known
        Columns of the clinical table.

    Raises
    ------
    InputError
        COLUMN_MISSING when the clinical table lacks a column of the definition.
    """
    missing = [name for name in definition.needs() if name not in known]
    if missing:
        raise InputError(
            ErrorCode.COLUMN_MISSING,
            "The table of characteristics needs a column that the clinical table lacks",
            evidence={"missing": ", ".join(missing), "there are": ", ".join(known) or "none"},
            remedy="Correct the definition of the table, or add the column to the schema.",
        )
    groups = [
        [patient for patient in patients if _text(patient.value(definition.group)) == column.value]
        for column in definition.column
    ]
    lines: list[Line] = []
    notes: list[str] = []
    left = len(patients) - sum(map(len, groups))
    if left:
        notes.append(
            f"{left} of {len(patients)} patients are in no column: no such {definition.group}."
        )
    for row in definition.row:
        lines += _lines(row, groups)
        notes += _missing(row, groups)
    return Summary(
        title=definition.title,
        source=definition.source,
        heads=_HEADS,
        columns=tuple(column.label for column in definition.column),
        lines=tuple(lines),
        notes=tuple(notes),
    )


def _lines(row: CountRow | NumberRow | LevelRow, groups: list[Group]) -> Iterator[Line]:
    if isinstance(row, NumberRow):
        for statistic in row.statistics:
            figures = tuple(_statistic(row, statistic, group) for group in groups)
            theirs = _reference(row.reference.get(statistic, ()), row.decimals, groups)
            yield Line(row.label, statistic, figures, theirs)
        return
    counts = [len(group) if isinstance(row, CountRow) else _having(row, group) for group in groups]
    yield Line(row.label, "n", tuple(map(Decimal, counts)), _reference(row.reference, 0, groups))
    if row.percent_of is None:
        return
    wholes = [_whole(row, group, groups) for group in groups]
    shares = tuple(percent(n, of, row.decimals) for n, of in zip(counts, wholes, strict=True))
    theirs = _reference(row.reference_percent, row.decimals, groups)
    yield Line(row.label, _OF[row.percent_of], shares, theirs)


def _reference(given: Sequence[float | None], decimals: int, groups: list[Group]) -> Figures:
    return decimals_of(given or [None] * len(groups), decimals)


def _statistic(row: NumberRow, statistic: Statistic, group: Group) -> Decimal | None:
    values = [_number(row, patient.value(row.column)) for patient in group]
    known = [value for value in values if value is not None]
    if not known:
        return None
    if statistic == "median":
        middle = median(known)
        return None if middle is None else rounded(middle, row.decimals)
    return rounded(min(known) if statistic == "minimum" else max(known), row.decimals)


def _number(row: NumberRow, value: Value) -> float | None:
    if isinstance(value, str | bool):
        raise invalid(row.label, f"{row.column} is not a column of numbers")
    return value


def _having(row: LevelRow, group: Group) -> int:
    return sum(_text(patient.value(row.column)) in row.among for patient in group)


def _whole(row: CountRow | LevelRow, group: Group, groups: list[Group]) -> int:
    if row.percent_of == "all":
        return sum(map(len, groups))
    if row.percent_of == "known" and isinstance(row, LevelRow):
        return sum(patient.value(row.column) is not None for patient in group)
    return len(group)


def _missing(row: CountRow | NumberRow | LevelRow, groups: list[Group]) -> Iterator[str]:
    if isinstance(row, CountRow):
        return
    counts = [sum(patient.value(row.column) is None for patient in group) for group in groups]
    if any(counts):
        words = ", ".join(f"{n} of {len(group)}" for n, group in zip(counts, groups, strict=True))
        yield f"{row.label}: not known for {words}."


def _text(value: Value) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else text_of(value)
