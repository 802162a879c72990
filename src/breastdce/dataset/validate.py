"""Check every promise that a data set makes.

What cannot be seen from the data set alone is not checked here: that every exam and series of the
source has its line, and that equal inputs give equal bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.exam import ExamId
from breastdce.dataset import dictionary as columns_of
from breastdce.dataset import layout
from breastdce.dataset.checks_card import check_card
from breastdce.dataset.checks_exams import (
    check_exam_lists,
    check_exam_row,
    check_feature_rows,
    check_record,
)
from breastdce.dataset.checks_files import check_checksums, check_tree, found_exams
from breastdce.dataset.checks_images import check_images
from breastdce.dataset.checks_records import (
    check_deidentification,
    check_description,
    check_provenance,
    check_sidecars,
    dates_are_shifted,
    load_record,
)
from breastdce.dataset.checks_tables import TableReader, read_features
from breastdce.dataset.checks_text import check_texts, check_workbook
from breastdce.dataset.kinetics_table import check_kinetics
from breastdce.dataset.problem import Problem, Promise
from breastdce.dataset.quality_table import check_quality
from breastdce.dataset.sensitivity_table import check_sensitivity
from breastdce.dataset.trust_table import check_trust
from breastdce.formats.tables import MISSING, Cell, Column

__all__ = ["Problem", "Promise", "validate"]

Row = Mapping[str, Cell]
_MAX_PHASES = 10_000  # four digits number the phases' files


def validate(
    root: Path | str, *, progress: Callable[[ExamId], None] | None = None
) -> list[Problem]:
    """Check a data set; one exam's images are in memory at a time.

    Parameters
    ----------
    root
        Folder of the data set.
    progress
        Called with each exam before it is read.

    Returns
    -------
    list of Problem
        In order of path; empty when every promise holds.

    Raises
    ------
    InputError
        TABLE_INVALID when `root` is no folder, or holds nothing that a data set begins with.
    """
    root = Path(root)
    begins = (layout.description(root), layout.exams(root), *root.glob("sub-*"))
    if not any(path.exists() for path in begins):
        raise InputError(
            ErrorCode.TABLE_INVALID,
            "No data set is here",
            evidence={"folder": str(root)},
            remedy="Give the OUT folder of `breastdce run`. An export has manifest.tsv instead.",
        )
    folders, problems = found_exams(root)
    reader = TableReader(root)
    columns = columns_of.exam_columns(dated=dates_are_shifted(root))
    rows = reader.read(layout.exams(root), columns)
    reader.check_dictionary(layout.exams(root, "json"), _names(columns))
    problems += _check_tables(root, reader, folders, rows)
    by_name = {str(row["exam_id"]): row for row in rows}
    problems += check_tree(root, [(exam, _phases(root, exam, by_name)) for exam in folders])
    problems += [*check_description(root), *check_texts(root), *check_card(root)]
    for exam in folders:
        if progress is not None:
            progress(exam)
        problems += _check_exam(root, exam, by_name.get(str(exam)), _phases(root, exam, by_name))
    return sorted(problems, key=lambda found: (found.path, found.promise, found.what))


def _check_tables(
    root: Path, reader: TableReader, folders: Sequence[ExamId], exams: Sequence[Row]
) -> list[Problem]:
    people = reader.read(layout.participants(root), columns_of.PARTICIPANTS)
    exclusions = reader.read(layout.exclusions(root), columns_of.EXCLUSIONS)
    seen = reader.read(layout.deidentification(root), columns_of.DEIDENTIFICATION)
    if layout.voi_proposals(root).exists():
        reader.read(layout.voi_proposals(root), columns_of.VOI_PROPOSALS)
    names = _names(columns_of.DEIDENTIFICATION)
    reader.check_dictionary(layout.deidentification(root, "json"), names)
    reader.check_dictionary(layout.participants(root, "json"), _names(columns_of.PARTICIPANTS))
    features, columns = read_features(reader, root)
    own = {
        str(exam): reader.read(layout.exam_features(root, exam), columns or ())
        for exam in folders
        if columns
    }
    further = [
        *check_sensitivity(root, reader, folders, exams),
        *check_kinetics(root, reader, folders, exams),
        *check_quality(root, reader, folders, exams),
        *check_trust(root, reader, folders),
    ]
    return [
        *reader.problems,
        *check_workbook(root, _texts(columns_of.PARTICIPANTS, people)),
        *check_deidentification(root, seen),
        *check_exam_lists(root, folders, exams, people, exclusions),
        *check_feature_rows(root, exams, features, own),
        *further,
    ]


def _check_exam(root: Path, exam: ExamId, row: Row | None, n_phases: int) -> list[Problem]:
    record, problems = load_record(root, exam)
    images = check_images(root, exam, n_phases, record, _moments(row))
    problems += [*images.problems, *check_sidecars(root, exam, n_phases)]
    if row is not None:
        problems += check_exam_row(root, exam, row, images)
    if record is not None:
        problems += check_provenance(root, exam, record)
        problems += check_checksums(root, exam, record)
    if row is not None and record is not None:
        problems += check_record(root, exam, row, record)
    return problems


def _phases(root: Path, exam: ExamId, rows: Mapping[str, Row]) -> int:
    row = rows.get(str(exam))
    stated = row["n_phases"] if row is not None else None
    if isinstance(stated, int) and 0 <= stated <= _MAX_PHASES:
        return stated
    count = 0
    while layout.native_image(root, exam, count).exists():
        count += 1
    return count


def _moments(row: Row | None) -> tuple[float, float] | None:
    if row is None:
        return None
    mean, sd = row["zscore_mean"], row["zscore_sd"]
    return (mean, sd) if isinstance(mean, float) and isinstance(sd, float) and sd > 0 else None


def _names(columns: Iterable[Column]) -> list[str]:
    return [column.name for column in columns]


def _texts(columns: Sequence[Column], rows: Sequence[Row]) -> list[str]:
    """Every text of the workbook that `write_xlsx` makes of a table."""
    heads = ["Column", "LongName", "Description", "Units", "Levels"]
    told = [text for c in columns for text in (c.name, c.long_name, c.description, c.units)]
    cells = [value for row in rows for value in row.values() if isinstance(value, str)]
    return [text for text in (*heads, *told, *cells) if text and text != MISSING]
