"""The numbers of all exams, from the tables of a data set, whatever their columns are.

A table counts when its dictionary lies beside it; a column, when the dictionary knows it and its
cells are numbers. So a new table of features shows up on the page without a line of code.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName
from breastdce.formats.tables import MISSING, read_raw_tsv
from breastdce.report.dataset_view import Measure, MeasureTable

_KEY, _MASK = "exam_id", "mask"
_TITLES = {
    "exams": "Exams",
    "kinetics": "Kinetics of the FTV",
    "quality": "Image quality",
    layout.PANEL: "Radiomic features",
}

Entry = Mapping[str, Any]
"""What a dictionary says of one column."""


def measure_tables(out: Path, exams: Sequence[str]) -> Iterator[MeasureTable]:
    """Tables of the data set but the radiomic features; exams.tsv first, then by name."""
    paths = [layout.exams(out), *sorted(layout.features(out).parent.glob("*.tsv"))]
    for path in paths:
        if path != layout.features(out) and (table := _table(out, path, exams)):
            yield table


def feature_table(out: Path, exams: Sequence[str]) -> MeasureTable | None:
    """The radiomic features of the data set; None where no exam has any."""
    return _table(out, layout.features(out), exams)


def _table(out: Path, path: Path, exams: Sequence[str]) -> MeasureTable | None:
    meanings = path.with_suffix(".json")
    if not path.exists() or not meanings.exists():
        return None
    entries = msgspec.json.decode(meanings.read_bytes(), type=dict[str, dict[str, Any]])
    names, lines = read_raw_tsv(path)
    if _KEY not in names:
        return None
    rows = _row_of_each(names, lines)
    chosen = [rows.get(exam) for exam in exams]
    measures = [
        _measure(name, entries[name], values)
        for place, name in enumerate(names)
        if name in entries and (values := _numbers(entries[name], chosen, place)) is not None
    ]
    title = _TITLES.get(path.stem, path.stem.replace("-", " ").replace("_", " ").capitalize())
    if not measures or not any(row is not None for row in chosen):
        return None
    return MeasureTable(title=title, file=path.relative_to(out).as_posix(), measures=measures)


def _row_of_each(names: Sequence[str], lines: Sequence[list[str]]) -> dict[str, list[str]]:
    """One line for each exam: that of the FTV where there are several masks, else the first."""
    key = names.index(_KEY)
    mask = names.index(_MASK) if _MASK in names else None
    found: dict[str, list[str]] = {}
    for line in lines:
        if line[key] not in found or (mask is not None and line[mask] == MaskName.FTV):
            found[line[key]] = line
    return found


def _numbers(
    entry: Entry, rows: Sequence[list[str] | None], place: int
) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    """Values of a column; None where it is one of names, lists or text."""
    if "Levels" in entry:
        return None
    cells = [MISSING if row is None else row[place] for row in rows]
    try:
        values = [math.nan if cell == MISSING else float(cell) for cell in cells]
    except ValueError:
        return None
    if all(math.isnan(value) for value in values) and "Units" not in entry:
        return None
    return np.array(values, np.float64)


def _measure(name: str, entry: Entry, values: np.ndarray[Any, np.dtype[np.float64]]) -> Measure:
    unit = str(entry.get("Units", ""))
    family = str(entry.get("Family", ""))
    return Measure(
        name=name,
        # Features of several panels share long names: the column is what tells them apart.
        long_name=name if family else str(entry.get("LongName", name)),
        unit="" if unit in ("1", "arbitrary") else unit.replace("percent", "%"),
        description=str(entry.get("Description", "")),
        values=values,
        good=str(entry.get("Good", "")),
        family=family,
    )
