"""What spans exams: tables, card and index, made from the exams' own provenance.

So that many runs can fill one folder (one exam each, on a cluster), nothing here depends on what
the present run has computed: whoever comes last writes everything.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from breastdce import __version__
from breastdce.core.codes import ErrorCode, ExamCode
from breastdce.core.errors import InputError
from breastdce.core.exam import EXAM_NAME, ExamId
from breastdce.core.workers import available_cores, in_order, worker_pool
from breastdce.dataset import dictionary, layout
from breastdce.dataset.card import Origin
from breastdce.dataset.kinetics_table import write_kinetics
from breastdce.dataset.provenance import GeneratedBy, Provenance, RecipeNote, read_exams
from breastdce.dataset.quality_table import write_quality
from breastdce.dataset.rows import ExclusionRow, FeatureRow, Level, ParticipantRow
from breastdce.dataset.sensitivity_table import write_sensitivity_dictionary
from breastdce.dataset.tables import (
    write_deidentification,
    write_exams,
    write_exclusions,
    write_features,
    write_participants,
    write_voi_proposals,
)
from breastdce.dataset.trust_table import write_trust
from breastdce.formats.atomic import UNFINISHED, remove_unfinished_in
from breastdce.formats.tables import Cell, read_tsv
from breastdce.radiomics.panel import FeatureRecord, describe, load_panel
from breastdce.report.dataset_view import CohortView
from breastdce.run.card import renew_checksums, renew_metadata
from breastdce.run.dataset_pages import dataset_view, keep_cohort, write_figures, write_index
from breastdce.run.describe import Measurements, exclusion_of, proposal_rows
from breastdce.run.lock import locked
from breastdce.run.naming import exam_row
from breastdce.run.pages import (
    clear_unfinished,
    exclusion_view,
    read_measurements,
    rewrite_page,
)
from breastdce.run.paths import WorkPaths
from breastdce.run.plan import Plan
from breastdce.run.quality_rows import quality_columns
from breastdce.run.standing import write_standings

_PAGES_A_PROCESS = 3
"""A page takes about a second, the start of a process some more."""
_THUMBNAIL = re.compile(rf"{EXAM_NAME}\.png-")


def write_cohort(
    out: Path, plan: Plan, exclusions: Sequence[ExclusionRow], others: Sequence[ExamId]
) -> tuple[ExclusionRow, ...]:
    """Write tables, card and index.

    Parameters
    ----------
    exclusions
        Rows of this run.
    others
        Exams that were found and not asked for: an exam among them that is not in the data set
        keeps its earlier row, or gets one that says so.

    Returns
    -------
    tuple of ExclusionRow
        The rows of exclusions.tsv.
    """
    with locked(WorkPaths(out).lock("tables")):
        _clear(out)
        exams = _read(out)
        records = exams.records
        rows = _merge(out, exclusions, others, records)
        _write_tables(out, exams, rows)
        write_standings(out, exams.measured, exams.features, exams.meanings)
        for path in layout.made_figures(out):
            path.unlink(missing_ok=True)  # of the data set as it was
        renew_metadata(out, records, _origin(plan, records))
        write_index(out, _view(out, exams, rows))  # tells of the metadata
        renew_checksums(out, records)
    return rows


def rebuild_report(out: Path, *, cohort: Path | None = None, figures: bool = False) -> list[Path]:
    """Write every page and the card again; return the index, and the figures.

    Parameters
    ----------
    cohort
        Folder of `breastdce cohort`, whose flow and tables the page then has, this time and later.
    figures
        Whether to write figures for a paper, too.

    Raises
    ------
    InputError
        When `out` holds no data set, or a file of it cannot be read.
    CallError
        CALL_INVALID when `cohort` holds no cohort.
    """
    if not layout.description(out).exists():
        raise InputError(
            ErrorCode.TABLE_INVALID,
            "No data set is here",
            evidence={"folder": str(out)},
            remedy="Give the OUT folder of `breastdce run`.",
        )
    with locked(WorkPaths(out).lock("tables")):
        _clear(out)
        if cohort is not None:
            keep_cohort(out, cohort)
        single = [path for made in _rewritten(out, figures=figures) for path in made]
        exams = _read(out)
        write_standings(out, exams.measured, exams.features, exams.meanings)
        renew_metadata(out, exams.records)
        view = _view(out, exams, read_exclusions(out))  # tells of the metadata
        made = [write_index(out, view), *(write_figures(out, view) if figures else ()), *single]
        renew_checksums(out, exams.records)
    return made


def _rewritten(out: Path, *, figures: bool) -> Iterator[list[Path]]:
    """Write the page of every exam; on all cores where that is worth starting processes."""
    names = [layout.exam_of(folder) for folder in layout.exam_folders(out)]
    rewrite = partial(_rewrite, out, figures=figures)
    jobs = min(available_cores(), len(names) // _PAGES_A_PROCESS)
    if jobs < 2:
        yield from map(rewrite, names)
        return
    with worker_pool(jobs) as pool:
        yield from in_order(pool, rewrite, names, ahead=2 * jobs)


def _rewrite(out: Path, exam: ExamId, *, figures: bool) -> list[Path]:
    with locked(WorkPaths(out).lock(str(exam))):
        clear_unfinished(out, exam)
        return rewrite_page(out, exam, figures=figures)


def _clear(out: Path) -> None:
    """Remove what a killed run left of the files that whoever holds the tables writes.

    Pages and thumbnails are left to who holds their exam: another run may be writing them.
    """
    report = layout.report_index(out).parent
    features, schemas = layout.features(out).parent, out / "schemas"
    for folder in (out, WorkPaths(out).root, features, schemas, report):
        remove_unfinished_in(folder)
    for stray in layout.figures(out).glob(f"{UNFINISHED}*"):
        if not _THUMBNAIL.match(stray.name.removeprefix(UNFINISHED)):
            stray.unlink(missing_ok=True)


class _Exams(NamedTuple):
    """What the folders of the exams say, read once; exams are in order of name."""

    records: Sequence[Provenance]
    measured: Sequence[Measurements]
    features: Sequence[FeatureRow]
    meanings: Sequence[FeatureRecord]
    """Of the columns of the features."""


def _read(out: Path) -> _Exams:
    records, meanings = read_exams(out), describe(load_panel(layout.PANEL))
    columns = [meaning.name for meaning in meanings]
    features = [row for record in records for row in _feature_rows(out, record, columns)]
    return _Exams(records, [read_measurements(record) for record in records], features, meanings)


def _view(out: Path, exams: _Exams, exclusions: Sequence[ExclusionRow]) -> CohortView:
    left_out = [exclusion_view(row) for row in exclusions]
    return dataset_view(out, exams.records, exams.measured, left_out)


def read_exclusions(out: Path) -> list[ExclusionRow]:
    """Rows of exclusions.tsv; none where there is no such table yet."""
    path = layout.exclusions(out)
    if not path.exists():
        return []
    return [exclusion_of(cells) for cells in read_tsv(path, dictionary.EXCLUSIONS)]


def _merge(
    out: Path,
    exclusions: Sequence[ExclusionRow],
    others: Sequence[ExamId],
    records: Sequence[Provenance],
) -> tuple[ExclusionRow, ...]:
    """Rows of this run; earlier rows of patients it did not meet; a row for each exam left out."""
    present = {record.exam_id for record in records}
    before = read_exclusions(out)
    met = {row.participant for row in exclusions} | {exam.participant for exam in others}
    met |= {ExamId.parse(name).participant for name in present}
    kept = [row for row in before if row.participant is not None and row.participant not in met]
    earlier = {(row.participant, row.visit): row for row in before if row.level is Level.EXAM}
    left_out = [
        earlier.get((exam.participant, exam.visit), exam_row(exam, ExamCode.NOT_SELECTED, ""))
        for exam in others
        if str(exam) not in present
    ]
    return (*kept, *exclusions, *left_out)


def _write_tables(out: Path, exams: _Exams, exclusions: Sequence[ExclusionRow]) -> None:
    measured = exams.measured
    visits: dict[str, list[str]] = defaultdict(list)
    for item in measured:
        visits[item.row.exam.participant].append(item.row.exam.visit)
    people = [ParticipantRow(participant=name, visits=tuple(v)) for name, v in visits.items()]
    write_participants(out, people)
    write_exams(out, [item.row for item in measured])
    write_exclusions(out, exclusions)
    write_voi_proposals(out, [row for item in measured for row in proposal_rows(item)])
    write_deidentification(out, [record.headers for record in exams.records])
    notes = [msgspec.to_builtins(meaning) for meaning in exams.meanings]
    write_features(out, exams.features, [meaning.name for meaning in exams.meanings], notes)
    write_sensitivity_dictionary(out)
    write_kinetics(out)
    write_quality(out, quality_columns())
    write_trust(out)


def _origin(plan: Plan, records: Sequence[Provenance]) -> Origin:
    return Origin(
        generated_by=GeneratedBy(name="breastdce", version=__version__, engines=_engines(records)),
        recipe=RecipeNote(name=plan.recipe.name, digest=plan.recipe.digest()),
    )


def _engines(records: Sequence[Provenance]) -> dict[str, str]:
    found = {k: v for record in records for k, v in record.generated_by.engines.items()}
    return dict(sorted(found.items()))


def _feature_rows(out: Path, record: Provenance, columns: Sequence[str]) -> list[FeatureRow]:
    exam = ExamId.parse(record.exam_id)
    path = layout.exam_features(out, exam)
    if not path.exists():
        return []
    rows = read_tsv(path, dictionary.feature_columns(tuple(columns)))
    return [
        FeatureRow(
            exam=exam,
            mask=layout.MaskName(str(row["mask"])),
            values={name: _number(row[name]) for name in columns},
        )
        for row in rows
    ]


def _number(cell: Cell) -> float:
    return float("nan") if cell is None else float(cell)
