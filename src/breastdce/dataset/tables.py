"""The tables that span exams, and the feature table of one exam, as files of the layout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from pathlib import Path

from breastdce.dataset import dictionary as columns_of
from breastdce.dataset import layout
from breastdce.dataset.deidentification import HeaderNote, deidentification_cells
from breastdce.dataset.rows import (
    ExamRow,
    ExclusionRow,
    FeatureRow,
    ParticipantRow,
    ProposalRow,
    dated_exam_cells,
    exam_cells,
    exclusion_cells,
    feature_cells,
    participant_cells,
    proposal_cells,
)
from breastdce.formats.tables import dictionary, write_json, write_tsv, write_xlsx


def write_participants(root: Path, rows: Iterable[ParticipantRow]) -> None:
    """Write participants.tsv, .json and .xlsx, in order of patient."""
    cells = sorted(map(participant_cells, rows), key=itemgetter("participant_id"))
    columns = columns_of.PARTICIPANTS
    write_tsv(layout.participants(root), columns, cells)
    write_json(layout.participants(root, "json"), dictionary(columns))
    write_xlsx(layout.participants(root, "xlsx"), "participants", columns, cells)


def write_exams(root: Path, rows: Iterable[ExamRow]) -> None:
    """Write exams.tsv and exams.json, in order of exam; dated when any row is."""
    known = list(rows)
    dated = any(row.shifted_day is not None for row in known)
    cells = sorted(map(dated_exam_cells if dated else exam_cells, known), key=itemgetter("exam_id"))
    columns = columns_of.exam_columns(dated=dated)
    write_tsv(layout.exams(root), columns, cells)
    write_json(layout.exams(root, "json"), dictionary(columns))


def write_deidentification(root: Path, exams: Iterable[Sequence[HeaderNote]]) -> None:
    """Write deidentification.tsv and .json from what was seen in each exam's headers."""
    columns = columns_of.DEIDENTIFICATION
    write_tsv(layout.deidentification(root), columns, deidentification_cells(exams))
    write_json(layout.deidentification(root, "json"), dictionary(columns))


def write_exclusions(root: Path, rows: Iterable[ExclusionRow]) -> None:
    """Write exclusions.tsv, in order of patient, visit, series and reason."""
    cells = sorted(
        map(exclusion_cells, rows),
        key=lambda row: (
            row["participant_id"] or "",
            row["session_id"] or "",
            -1 if row["series_number"] is None else row["series_number"],
            *(str(row[name]) for name in ("level", "code", "modality", "n_files", "evidence")),
        ),
    )
    write_tsv(layout.exclusions(root), columns_of.EXCLUSIONS, cells)


def write_voi_proposals(root: Path, rows: Iterable[ProposalRow]) -> None:
    """Write voi_proposals.tsv, in order of exam and rank; no table where nothing was proposed."""
    cells = [proposal_cells(row) for row in sorted(rows, key=lambda row: (row.exam, row.rank))]
    if cells:
        write_tsv(layout.voi_proposals(root), columns_of.VOI_PROPOSALS, cells)
    else:
        layout.voi_proposals(root).unlink(missing_ok=True)


def write_features(
    root: Path,
    rows: Iterable[FeatureRow],
    columns: Sequence[str],
    records: Iterable[Mapping[str, str]],
) -> None:
    """Write features/captk.tsv and .json.

    Parameters
    ----------
    rows
        One for each exam and mask.
    columns
        Published names, in the published order.
    records
        What each column means; see `feature_dictionary`.
    """
    ordered = sorted(rows, key=lambda row: (row.exam, row.mask))
    _write_feature_rows(layout.features(root), ordered, columns)
    write_json(layout.features(root, "json"), columns_of.feature_dictionary(records))


def write_exam_features(root: Path, rows: Sequence[FeatureRow], columns: Sequence[str]) -> None:
    """Write the feature table of one exam, a line for each mask; at least one row."""
    ordered = sorted(rows, key=lambda row: row.mask)
    _write_feature_rows(layout.exam_features(root, rows[0].exam), ordered, columns)


def _write_feature_rows(path: Path, rows: Sequence[FeatureRow], columns: Sequence[str]) -> None:
    names = tuple(columns)
    cells = (feature_cells(row, names) for row in rows)
    write_tsv(path, columns_of.feature_columns(names), cells)
