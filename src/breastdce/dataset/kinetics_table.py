"""The table of curve descriptions: of one exam, and of all; columns, writers, checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.dataset.checks_tables import TableReader
from breastdce.dataset.dictionary import FEATURE_KEYS
from breastdce.dataset.gathered_table import (
    check_gathered,
    exam_tables,
    row_order,
    write_gathered,
)
from breastdce.dataset.problem import Problem, Promise, problem
from breastdce.formats.tables import Cell, Column, read_tsv, write_tsv

_QUANTITIES = (
    ("peak_enhancement_percent", "Peak enhancement", "percent", "Largest relative enhancement"),
    ("time_to_peak_s", "Time to peak (TTP)", "s", "Time of the largest enhancement"),
    (
        "wash_in_slope_percent_per_s",
        "Wash-in slope (WIS)",
        "percent/s",
        "Peak enhancement over time to peak",
    ),
    (
        "wash_out_slope_percent_per_s",
        "Wash-out slope (WOS)",
        "percent/s",
        "Slope from the peak to the last phase, of curves that peak before it",
    ),
    (
        "initial_auc_percent_s",
        "Initial area under the curve",
        "percent s",
        "Area under relative enhancement to the end of the initial time (see initial_s)",
    ),
    ("auc_percent_s", "Area under the curve", "percent s", "Area to the last phase"),
)
_STATISTICS = (
    ("voxels", "number of voxels", "voxels of the region where it is defined"),
    ("mean", "mean", "mean over these voxels"),
    ("median", "median", "median over these voxels"),
    ("of_mean_curve", "of the mean curve", "value for the mean signal of the region"),
)


def _count(name: str, long_name: str, description: str) -> Column:
    return Column(name=name, long_name=long_name, description=description, kind="integer")


COLUMNS = (
    *FEATURE_KEYS,
    Column(
        name="initial_s",
        long_name="Initial time",
        description="End of the initial area under the curve, after the arrival of contrast.",
        kind="number",
        units="s",
    ),
    _count("voxels", "Voxels", "Voxels of the region, native grid."),
    _count(
        "persistent_voxels",
        "Persistent",
        "Voxels whose signal rises on after the early phase, by more than the plateau's limit.",
    ),
    _count("plateau_voxels", "Plateau", "Voxels whose signal stays within the plateau's limit."),
    _count("washout_voxels", "Washout", "Voxels whose signal falls by more than that limit."),
    *(
        Column(
            name=f"{name}_{statistic}",
            long_name=f"{long_name}, {words}",
            description=f"{meaning}: {of_what}.",
            kind="integer" if statistic == "voxels" else "number",
            units=None if statistic == "voxels" else units,
        )
        for name, long_name, units, meaning in _QUANTITIES
        for statistic, words, of_what in _STATISTICS
    ),
)


def write_exam_kinetics(root: Path, exam: ExamId, rows: Iterable[Mapping[str, Cell]]) -> Path:
    """Write the table of one exam; each row has every column but the exam. Return its path."""
    path = layout.exam_kinetics(root, exam)
    write_tsv(path, COLUMNS, ({"exam_id": str(exam), **row} for row in rows))
    return path


def write_kinetics(root: Path) -> None:
    """Gather the exams' tables and write the dictionary; neither stays where there are none."""
    paths = exam_tables(root, layout.exam_kinetics)
    rows = sorted((row for path in paths for row in read_tsv(path, COLUMNS)), key=row_order)
    write_gathered(layout.kinetics(root), layout.kinetics(root, "json"), COLUMNS, rows)


def check_kinetics(
    root: Path,
    reader: TableReader,
    folders: Sequence[ExamId],
    exams: Sequence[Mapping[str, Cell]],
) -> Iterator[Problem]:
    """Compare the table with its dictionary, the exams' own tables and exams.tsv."""
    path, meanings = layout.kinetics(root), layout.kinetics(root, "json")
    reader.check_dictionary(meanings, [column.name for column in COLUMNS])
    rows = reader.read(path, COLUMNS)
    files = (layout.exam_kinetics(root, exam) for exam in folders)
    own = sorted((row for file in files for row in reader.read(file, COLUMNS)), key=row_order)
    yield from check_gathered(root, path, meanings, rows, own)
    voxels = {str(exam["exam_id"]): exam["ftv_voxels"] for exam in exams}
    for row in rows:
        if row["mask"] == layout.MaskName.FTV and row["voxels"] != voxels.get(str(row["exam_id"])):
            what = f"{row['exam_id']}: voxels of the FTV are not those of exams.tsv"
            yield problem(root, path, Promise.EXAMS, what, row["voxels"])
