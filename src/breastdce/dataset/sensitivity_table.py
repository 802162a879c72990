"""The table of FTV for other thresholds: columns, writer, and what `validate` asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.dataset.checks_tables import TableReader
from breastdce.dataset.dictionary import EXAM_ID
from breastdce.dataset.gathered_table import exam_tables
from breastdce.dataset.problem import Problem, Promise, problem
from breastdce.formats.tables import Cell, Column, dictionary, write_json, write_tsv

PE_AND_SER, BACKGROUND, NEIGHBORS = "pe_and_ser", "background", "min_neighbors"

COLUMNS = (
    EXAM_ID,
    Column(
        name="varied",
        long_name="What was varied",
        description="The thresholds that differ between the lines of this group; the others are "
        "those that the exam was measured with.",
        levels={
            PE_AND_SER: "PE threshold and least SER, every pair",
            BACKGROUND: "Background threshold, without a least SER and with that of FTV by SER",
            NEIGHBORS: "Number of neighbors, without a least SER and with that of FTV by SER",
        },
    ),
    Column(
        name="pe_threshold_percent",
        long_name="PE threshold",
        description="Least early percent enhancement.",
        kind="number",
        units="percent",
    ),
    Column(
        name="background_threshold",
        long_name="Background threshold",
        description="Least pre-contrast signal, in the unit of the native images.",
        kind="number",
        units="arbitrary",
    ),
    Column(
        name="background_percent",
        long_name="Background threshold, relative",
        description="The background threshold as a share of the 95th percentile of the "
        "pre-contrast signal in the region of interest.",
        kind="number",
        units="percent",
    ),
    Column(
        name="min_neighbors",
        long_name="Neighbors",
        description="Least number of candidates among a voxel's 26 neighbors.",
        kind="integer",
    ),
    Column(
        name="ser_minimum",
        long_name="Least SER",
        description="Least signal enhancement ratio; 0 leaves every voxel of the FTV in.",
        kind="number",
    ),
    Column(
        name="used",
        long_name="Used",
        description="Whether PE threshold, background threshold and number of neighbors are those "
        "that the exam was measured with.",
        kind="boolean",
    ),
    Column(
        name="ftv_voxels",
        long_name="FTV, voxels",
        description="Voxels of the functional tumor volume with these thresholds.",
        kind="integer",
    ),
    Column(
        name="ftv_ml",
        long_name="FTV",
        description="Functional tumor volume with these thresholds.",
        kind="number",
        units="mL",
    ),
)


def write_sensitivity(root: Path, exam: ExamId, rows: Iterable[Mapping[str, Cell]]) -> Path:
    """Write the table of one exam; each row has every column but the exam. Return its path."""
    path = layout.exam_sensitivity(root, exam)
    write_tsv(path, COLUMNS, ({"exam_id": str(exam), **row} for row in rows))
    return path


def write_sensitivity_dictionary(root: Path) -> None:
    """Write the dictionary of the exams' tables where there are any, else take it away."""
    path = layout.sensitivity_dictionary(root)
    if exam_tables(root, layout.exam_sensitivity):
        write_json(path, dictionary(COLUMNS))
    else:
        path.unlink(missing_ok=True)


def check_sensitivity(
    root: Path,
    reader: TableReader,
    folders: Sequence[ExamId],
    exams: Sequence[Mapping[str, Cell]],
) -> Iterator[Problem]:
    """Compare the exams' tables with their dictionary and with exams.tsv."""
    meanings = layout.sensitivity_dictionary(root)
    paths = {str(exam): layout.exam_sensitivity(root, exam) for exam in folders}
    if any(path.exists() for path in paths.values()) != meanings.exists():
        what = "the dictionary is there without a table, or a table without it"
        yield problem(root, meanings, Promise.TABLES, what, meanings.name)
    reader.check_dictionary(meanings, [column.name for column in COLUMNS])
    measured = {str(exam["exam_id"]): exam["ftv_voxels"] for exam in exams}
    for name, path in paths.items():
        for row in reader.read(path, COLUMNS):
            if row["exam_id"] != name:
                what = "a line is of another exam"
                yield problem(root, path, Promise.EXAMS, what, row["exam_id"])
            if row["used"] and row["ser_minimum"] == 0 and row["ftv_voxels"] != measured.get(name):
                what = "FTV with the thresholds used is not that of exams.tsv"
                evidence = f"{row['ftv_voxels']} and {measured.get(name)} voxels"
                yield problem(root, path, Promise.EXAMS, what, evidence)
