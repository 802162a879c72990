"""Tables of all exams that are gathered from a table of each exam."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.dataset.problem import Problem, Promise, problem
from breastdce.formats.tables import Cell, Column, dictionary, write_json, write_tsv

ExamFile = Callable[[Path, ExamId], Path]
Row = Mapping[str, Cell]


def exam_tables(root: Path, file: ExamFile) -> tuple[Path, ...]:
    """The table of each exam that has one, in order of exam."""
    exams = map(layout.exam_of, layout.exam_folders(root))
    return tuple(path for exam in exams if (path := file(root, exam)).exists())


def write_gathered(
    table: Path, meanings: Path, columns: Sequence[Column], rows: Sequence[Row]
) -> None:
    """Write the table and its dictionary; neither stays where there are no rows."""
    if rows:
        write_tsv(table, columns, rows)
        write_json(meanings, dictionary(columns))
    else:
        table.unlink(missing_ok=True)
        meanings.unlink(missing_ok=True)


def check_gathered(
    root: Path, table: Path, meanings: Path, rows: Sequence[Row], own: Sequence[Row]
) -> Iterator[Problem]:
    """Compare the rows of a table with those of the exams' own, both in order."""
    if table.exists() != meanings.exists():
        what = "the dictionary is there without its table, or the table without it"
        yield problem(root, meanings, Promise.TABLES, what, meanings.name)
    if list(own) != list(rows):
        what = "the exams' own tables and the table of all differ"
        yield problem(root, table, Promise.EXAMS, what, f"{len(own)} and {len(rows)} lines")


def row_order(row: Row) -> tuple[str, str]:
    """Order of rows: by exam, then by mask."""
    return str(row["exam_id"]), str(row["mask"])
