"""Where each exam stands among the others, written into the pages when all exams are known.

Pages are self-contained and each is written with its exam, so this comes after; it looks at
tables only, and a page is written again only where what it says has changed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
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
from breastdce.report.page import with_standing
from breastdce.report.standing import Column, standings
from breastdce.run.lock import locked
from breastdce.run.paths import WorkPaths

_ONE_BIN = "_Bin-"
"""In the names of features that count a single bin of a histogram: too many, too alike."""


class _Note(NamedTuple):
    """What was last written into a page, and the page as it was then."""

    said: str
    size: int
    time_ns: int


def write_standings(
    out: Path,
    rows: Sequence[ExamRow],
    features: Sequence[FeatureRow],
    meanings: Sequence[FeatureRecord],
) -> None:
    """Bring the pages of all exams up to date; one that is being written by others is theirs."""
    memory = WorkPaths(out).root / "standing.json"
    before = _remembered(memory)
    after: dict[str, _Note] = {}
    found = standings(len(rows), _measures(rows), _features(rows, features, meanings))
    for row, standing in zip(rows, found, strict=True):
        path, name = layout.exam_page(out, row.exam), str(row.exam)
        said = digest_json([__version__, msgspec.to_builtins(standing)])
        try:
            if before.get(name) != _note(said, path):
                with locked(WorkPaths(out).lock(name), wait=False):
                    page = path.read_text(encoding="utf-8")
                    write_bytes(path, with_standing(page, standing).encode())
            after[name] = _note(said, path)
        except (StoreError, FileNotFoundError):
            continue  # whoever holds or has withdrawn the exam calls this function after it
    write_bytes(memory, msgspec.json.encode(after))


def _remembered(memory: Path) -> dict[str, _Note]:
    try:
        return msgspec.json.decode(memory.read_bytes(), type=dict[str, _Note])
    except (FileNotFoundError, msgspec.DecodeError):
        return {}


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
