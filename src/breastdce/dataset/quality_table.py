"""Tables of image quality: every measure of an exam, and a line an exam; writers and checks.

Which measures there are is not known here: the columns of the table of all exams are those of its
dictionary, which the caller makes from the measures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from breastdce.core.codes import Undefined
from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.dataset.checks_tables import TableReader
from breastdce.dataset.dictionary import EXAM_ID, numbers_of
from breastdce.dataset.gathered_table import Row, check_gathered, exam_tables, write_gathered
from breastdce.dataset.problem import Problem, Promise, problem
from breastdce.dataset.rows import LIST_MARK
from breastdce.formats.tables import Cell, Column, read_tsv, write_tsv

COLUMNS = (
    EXAM_ID,
    Column(
        name="check",
        long_name="Measure",
        description="Name of the measure, as in the columns of quality.tsv.",
        pattern="[a-z][a-z0-9_]*",
    ),
    Column(
        name="phase",
        long_name="Phase",
        description="Number of the native phase, from 0; n/a for a measure of the exam.",
        kind="integer",
    ),
    Column(
        name="image",
        long_name="Image",
        description="Number of the image under images/ that the phase became: 0 pre-contrast, 1 "
        "early, 2 late; n/a for other phases and for measures of the exam.",
        kind="integer",
    ),
    Column(
        name="value",
        long_name="Value",
        description="The measure; n/a where it is undefined, see reason.",
        kind="number",
    ),
    Column(
        name="unit",
        long_name="Unit",
        description="Unit of the value; n/a where it has none.",
        pattern="mm|s|%|mL|arbitrary",
    ),
    Column(
        name="reason",
        long_name="Reason",
        description="Why there is no value.",
        levels={code.value: code.meaning for code in Undefined},
    ),
    Column(
        name="flagged",
        long_name="Flagged",
        description="Whether the value lies out of the measure's bounds.",
        kind="boolean",
    ),
)
FLAGGED = Column(
    name="flagged",
    long_name="Flagged",
    description="Measures out of their bounds in any phase, as a semicolon list.",
    pattern="[a-z0-9_]+(;[a-z0-9_]+)*",
)
"""Last column of the table of all exams."""


def columns_of(meanings: Path) -> tuple[Column, ...]:
    """Columns of the table of all exams, by its dictionary; none without it.

    Raises
    ------
    InputError
        TABLE_INVALID when it is no data dictionary.
    """
    ends = (EXAM_ID, FLAGGED)
    numbers = numbers_of(meanings, ends)
    return (EXAM_ID, *numbers, FLAGGED) if numbers else ()


def write_exam_quality(root: Path, exam: ExamId, rows: Iterable[Row]) -> Path:
    """Write the table of one exam; each row has every column but the exam. Return its path."""
    path = layout.exam_quality(root, exam)
    write_tsv(path, COLUMNS, ({"exam_id": str(exam), **row} for row in rows))
    return path


def write_quality(root: Path, measures: Sequence[Column]) -> None:
    """Gather the exams' tables, a line an exam, and write the dictionary.

    `measures` are the columns between the exam and FLAGGED. Where no exam has such a table neither
    file stays.
    """
    names = [column.name for column in measures]
    paths = exam_tables(root, layout.exam_quality)
    lines = sorted((exam_line(read_tsv(path, COLUMNS), names) for path in paths), key=_exam)
    table, meanings = layout.quality(root), layout.quality(root, "json")
    write_gathered(table, meanings, (EXAM_ID, *measures, FLAGGED), lines)


def exam_line(rows: Sequence[Row], names: Iterable[str]) -> dict[str, Cell]:
    """The line of one exam from its own table: what has no row is missing."""
    values = {_column(row): row["value"] for row in rows}
    flagged = dict.fromkeys(str(row["check"]) for row in rows if row["flagged"])
    return {
        "exam_id": rows[0]["exam_id"] if rows else None,
        **{name: values.get(name) for name in names},
        "flagged": LIST_MARK.join(flagged),
    }


def check_quality(
    root: Path, reader: TableReader, folders: Sequence[ExamId], exams: Sequence[Row]
) -> Iterator[Problem]:
    """Compare the table with its dictionary, the exams' own tables and exams.tsv."""
    path, meanings = layout.quality(root), layout.quality(root, "json")
    names = reader.dictionary_names(meanings)
    reader.check_dictionary(meanings, names)
    measures = [name for name in names if name not in (EXAM_ID.name, FLAGGED.name)]
    columns = (EXAM_ID, *map(_number, measures), FLAGGED) if names else ()
    rows = reader.read(path, columns)
    own = []
    for exam in folders:
        found = reader.read(layout.exam_quality(root, exam), COLUMNS)
        if any(row["exam_id"] != str(exam) for row in found):
            what = "a line is of another exam"
            yield problem(root, layout.exam_quality(root, exam), Promise.EXAMS, what, str(exam))
        if found:
            own.append(exam_line(found, measures))
    yield from check_gathered(root, path, meanings, rows, sorted(map(_normal, own), key=_exam))
    known = {str(exam["exam_id"]) for exam in exams}
    for row in rows:
        if str(row["exam_id"]) not in known:
            what = "a line is of an exam that exams.tsv does not have"
            yield problem(root, path, Promise.EXAMS, what, row["exam_id"])


def _column(row: Row) -> str | None:
    """Column of quality.tsv that a row of an exam's table fills; None for phases beyond three."""
    if row["phase"] is None:
        return str(row["check"])
    return None if row["image"] is None else f"{row['check']}_{row['image']}"


def _number(name: str) -> Column:
    return Column(name=name, long_name=name, description=name, kind="number")


def _normal(line: Row) -> dict[str, Cell]:
    """A line as it is read back: no text is missing text."""
    return {name: None if cell == "" else cell for name, cell in line.items()}


def _exam(row: Row) -> str:
    return str(row["exam_id"])
