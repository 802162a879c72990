"""Where each exam stands among the others, written into the pages when all exams are known.

Pages are self-contained and each is written with its exam, so this comes after; it looks at
tables and provenance only, and a page is written again only where what it says has changed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from breastdce import __version__
from breastdce.core.digest import digest_json
from breastdce.core.errors import StoreError
from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.dataset.rows import ExamRow, FeatureRow
from breastdce.formats.atomic import write_bytes
from breastdce.radiomics.panel import FeatureRecord
from breastdce.report.page import with_section, with_standing
from breastdce.report.panels.quality import quality_markup
from breastdce.report.standing import Column, standings
from breastdce.report.view import StandingView
from breastdce.run.describe import Measurements
from breastdce.run.lock import locked
from breastdce.run.paths import WorkPaths
from breastdce.run.quality_standing import QualityCohort, quality_cohorts
from breastdce.run.quality_view import quality_lines

_ONE_BIN = "_Bin-"
"""In the names of features that count a single bin of a histogram: too many, too alike."""
_ONE_IN = 20
"""Exams of which one has to have changed before the pages of the others are told."""


class _Note(NamedTuple):
    """What was last written into a page, and the page as it was then."""

    said: str
    size: int
    time_ns: int


class _Memory(msgspec.Struct, kw_only=True):
    """What earlier calls have written."""

    version: str = __version__
    changes: int = 0
    """Exams added, made again or withdrawn since the pages of all were last told."""
    notes: dict[str, _Note] = msgspec.field(default_factory=dict)
    """By the name of the exam."""


def write_standings(
    out: Path,
    measured: Sequence[Measurements],
    features: Sequence[FeatureRow],
    meanings: Sequence[FeatureRecord],
) -> None:
    """Tell the pages of exams where these stand; one that is being written by others is theirs.

    A page that is new or was made again is always told, the others when one exam in twenty has
    changed since they last were: a data set that grows exam by exam, by one run each, then writes
    every page some twenty times and not once for each exam that joins. Up to twenty exams every
    change is told to all. After `breastdce report`, which makes all pages again, all are current.
    """
    path = WorkPaths(out).root / "standing.json"
    memory = _remembered(path)
    pages = {str(item.row.exam): layout.exam_page(out, item.row.exam) for item in measured}
    gone, fresh = memory.notes.keys() - pages.keys(), _fresh(pages, memory.notes)
    memory.changes += len(gone | fresh)
    for name in gone | fresh:
        memory.notes.pop(name, None)
    everybody = memory.changes * _ONE_IN >= len(pages)
    rows = [item.row for item in measured]
    found = standings(len(rows), _measures(rows), _features(rows, features, meanings))
    cohorts = quality_cohorts(out)
    for item, standing in zip(measured, found, strict=True):
        name = str(item.row.exam)
        if everybody or name in fresh:
            told = _Told(item, standing, cohorts.get(name))
            try:
                memory.notes[name] = _tell(out, told, pages[name], memory.notes.get(name))
            except (StoreError, FileNotFoundError):
                continue  # whoever holds or has withdrawn the exam calls this function after it
    memory.changes = 0 if everybody else memory.changes
    write_bytes(path, msgspec.json.encode(memory))


class _Told(NamedTuple):
    """What the page of an exam says of the others."""

    exam: Measurements
    standing: StandingView
    quality: QualityCohort | None

    def digest(self) -> str:
        return digest_json([msgspec.to_builtins(self.standing), self.quality])

    def into(self, page: str) -> str:
        lines, row = quality_lines(self.exam.reports), self.exam.row
        if lines:
            cohort = None if self.quality is None else self.quality.plain()
            content = quality_markup(lines, row.phase_indices, row.n_phases, cohort)
            page = with_section(page, "quality", content)
        return with_standing(page, self.standing)


def _tell(out: Path, told: _Told, path: Path, note: _Note | None) -> _Note:
    """Write what is told into a page unless it says so already."""
    said = told.digest()
    if note != _note(said, path):
        with locked(WorkPaths(out).lock(str(told.exam.row.exam)), wait=False):
            page = path.read_text(encoding="utf-8")
            write_bytes(path, told.into(page).encode())
    return _note(said, path)


def _remembered(path: Path) -> _Memory:
    try:
        memory = msgspec.json.decode(path.read_bytes(), type=_Memory)
    except (FileNotFoundError, msgspec.DecodeError):
        return _Memory()
    return memory if memory.version == __version__ else _Memory()


def _fresh(pages: Mapping[str, Path], notes: Mapping[str, _Note]) -> set[str]:
    """Exams whose pages are not as they were left."""
    return {
        name
        for name, page in pages.items()
        if page.exists() and (name not in notes or notes[name] != _note(notes[name].said, page))
    }


def _note(said: str, page: Path) -> _Note:
    stat = page.stat()
    return _Note(said, stat.st_size, stat.st_mtime_ns)


def _measures(rows: Sequence[ExamRow]) -> list[Column]:
    def shares(part: str) -> list[float]:
        return [100.0 * _over(getattr(row, part), row.ftv_ml) for row in rows]

    return [
        Column("FTV (mL)", "", [row.ftv_ml for row in rows]),
        Column("Washout, % of the FTV", "SER above the plateau", shares("ser_washout_ml")),
        Column("Plateau, % of the FTV", "", shares("ser_plateau_ml")),
        Column("Persistent, % of the FTV", "SER below the plateau", shares("ser_persistent_ml")),
        Column("STV (mL)", "", [math.nan if row.stv_ml is None else row.stv_ml for row in rows]),
    ]


def _over(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def _features(
    rows: Sequence[ExamRow], features: Sequence[FeatureRow], meanings: Sequence[FeatureRecord]
) -> list[Column]:
    """Columns of the feature table; of an exam with several masks, the first row counts."""
    values: dict[ExamId, FeatureRow] = {}
    for feature_row in features:
        values.setdefault(feature_row.exam, feature_row)
    found = [values.get(row.exam) for row in rows]
    return [
        Column(
            record.name,
            record.definition,
            [math.nan if one is None else one.values.get(record.name, math.nan) for one in found],
        )
        for record in meanings
        if _ONE_BIN not in record.name
    ]
