"""Every published table and its columns, once: what metadata and dictionary are made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from breastdce.dataset import dictionary as columns_of
from breastdce.dataset import (
    kinetics_table,
    layout,
    quality_table,
    sensitivity_table,
    trust_table,
)
from breastdce.dataset.gathered_table import exam_tables
from breastdce.dataset.layout import TableName
from breastdce.formats.tables import Column, read_raw_tsv


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of table: of the data set, of each exam, or both with the same columns."""

    name: TableName
    title: str
    description: str
    columns: tuple[Column, ...]
    file: Path | None = None
    """The table of the data set, where it is there."""
    exam_files: tuple[Path, ...] = ()
    """The tables of single exams that are there, in order of exam."""
    key: tuple[str, ...] = ()
    """Columns that together name a row."""
    links: Mapping[str, TableName] = {}
    """Column to the table that has it as its key."""

    @property
    def files(self) -> tuple[Path, ...]:
        """All files with these columns."""
        return (*([self.file] if self.file else []), *self.exam_files)


_EXAM = {"exam_id": TableName.EXAMS}


def tables_of(root: Path) -> tuple[Table, ...]:
    """Tables that a data set has, those of all exams first.

    Raises
    ------
    InputError
        TABLE_INVALID when exams.tsv or the feature dictionary cannot be read.
    """
    return tuple(table for table in every_table(root) if table.files)


def every_table(root: Path) -> tuple[Table, ...]:
    """Tables that a data set may have, those of all exams first; without files where none is.

    Raises
    ------
    InputError
        TABLE_INVALID when exams.tsv or the feature dictionary cannot be read.
    """
    return (*_plain(root), *_of_exams(root), _dictionary(root))


def _plain(root: Path) -> Iterator[Table]:
    yield Table(
        name=TableName.PARTICIPANTS,
        title="Patients",
        description="One row a patient.",
        columns=columns_of.PARTICIPANTS,
        file=_there(layout.participants(root)),
        key=("participant_id",),
    )
    yield Table(
        name=TableName.EXAMS,
        title="Exams",
        description="One row an exam: acquisition, volumes, caveats.",
        columns=_exam_columns(root),
        file=_there(layout.exams(root)),
        key=("exam_id",),
        links={"participant_id": TableName.PARTICIPANTS},
    )
    yield Table(
        name=TableName.EXCLUSIONS,
        title="What was found and not used",
        description="One row for each series or exam that is not in the data set, and why.",
        columns=columns_of.EXCLUSIONS,
        file=_there(layout.exclusions(root)),
    )
    yield Table(
        name=TableName.VOI_PROPOSALS,
        title="Proposed regions of interest",
        description="One row for each region that the program proposed, to be checked.",
        columns=columns_of.VOI_PROPOSALS,
        file=_there(layout.voi_proposals(root)),
        key=("exam_id", "rank"),
        links=_EXAM,
    )
    yield Table(
        name=TableName.DEIDENTIFICATION,
        title="Header attributes of the source",
        description="One row for each attribute and what became of its values.",
        columns=columns_of.DEIDENTIFICATION,
        file=_there(layout.deidentification(root)),
    )


def _of_exams(root: Path) -> Iterator[Table]:
    yield Table(
        name=TableName.FEATURES,
        title="Radiomic features",
        description="One row for each exam and mask.",
        columns=columns_of.feature_columns_of(layout.features(root, "json")),
        file=_there(layout.features(root)),
        exam_files=exam_tables(root, layout.exam_features),
        key=("exam_id", "mask"),
        links=_EXAM,
    )
    yield Table(
        name=TableName.KINETICS,
        title="Enhancement over time",
        description="One row for each exam and mask: description of the curves.",
        columns=kinetics_table.COLUMNS,
        file=_there(layout.kinetics(root)),
        exam_files=exam_tables(root, layout.exam_kinetics),
        key=("exam_id", "mask"),
        links=_EXAM,
    )
    yield Table(
        name=TableName.SENSITIVITY,
        title="Functional tumor volume for other thresholds",
        description="One row for each exam and set of thresholds.",
        columns=sensitivity_table.COLUMNS,
        exam_files=exam_tables(root, layout.exam_sensitivity),
        links=_EXAM,
    )
    yield Table(
        name=TableName.TRUST,
        title="Trust in masks",
        description="One row for each exam and mask: how likely the mask is bad, and why.",
        columns=trust_table.COLUMNS,
        file=_there(layout.trust(root)),
        exam_files=exam_tables(root, layout.exam_trust),
        key=("exam_id", "mask"),
        links=_EXAM,
    )
    yield Table(
        name=TableName.QUALITY,
        title="Image quality",
        description="One row an exam: every measure, by phase where it is of a phase.",
        columns=quality_table.columns_of(layout.quality(root, "json")),
        file=_there(layout.quality(root)),
        key=("exam_id",),
        links=_EXAM,
    )
    yield Table(
        name=TableName.EXAM_QUALITY,
        title="Image quality of an exam",
        description="One row for each measure and phase.",
        columns=quality_table.COLUMNS,
        exam_files=exam_tables(root, layout.exam_quality),
        links=_EXAM,
    )


def _dictionary(root: Path) -> Table:
    return Table(
        name=TableName.DICTIONARY,
        title="Data dictionary",
        description="One row for each column of each table.",
        columns=columns_of.DATA_DICTIONARY,
        file=layout.data_dictionary(root),
        key=("table", "column"),
    )


def _exam_columns(root: Path) -> tuple[Column, ...]:
    path = layout.exams(root)
    names = read_raw_tsv(path)[0] if path.exists() else []
    return columns_of.exam_columns(dated=columns_of.STUDY_DATE.name in names)


def _there(path: Path) -> Path | None:
    return path if path.exists() else None
