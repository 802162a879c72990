"""Where the measures of each exam's image quality stand among those of all exams."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from breastdce.core.grid import FloatArray
from breastdce.dataset import layout
from breastdce.dataset.quality_table import columns_of
from breastdce.formats.tables import Cell, read_tsv

_LEAST_VALUES = 5
"""Exams with a value below which a percentile says nothing."""


class QualityCohort(NamedTuple):
    """What the page of an exam is told of the others."""

    n_exams: int
    """Exams whose quality was measured."""
    percentiles: dict[str, float]
    """By column of quality.tsv: percent of the exams with a value at or below that of this one."""

    def plain(self) -> dict[str, object]:
        """As the panel `quality` reads it."""
        return self._asdict()


def quality_cohorts(out: Path) -> dict[str, QualityCohort]:
    """Places of each exam by its name; the largest value is at 100.

    Columns with fewer than five values have no percentile, exams without a value have none there.
    Reads features/quality.tsv once; empty where there is none.

    Raises
    ------
    InputError
        TABLE_INVALID when the table or its dictionary cannot be read.
    """
    table = layout.quality(out)
    columns = columns_of(layout.quality(out, "json"))
    if not table.exists() or not columns:
        return {}
    rows = read_tsv(table, columns)
    places = {
        column.name: _percents([row[column.name] for row in rows])
        for column in columns
        if column.kind == "number"
    }
    return {
        str(row["exam_id"]): QualityCohort(
            len(rows),
            {
                name: round(float(percents[place]), 1)
                for name, percents in places.items()
                if np.isfinite(percents[place])
            },
        )
        for place, row in enumerate(rows)
    }


def _percents(cells: list[Cell]) -> FloatArray:
    """Percent at or below each value; NaN where there is no value, or where there are too few."""
    values = np.array([np.nan if cell is None else float(cell) for cell in cells], np.float64)
    known = np.sort(values[np.isfinite(values)])
    if known.size < _LEAST_VALUES:
        return np.full(values.shape, np.nan)
    percents = 100.0 * np.searchsorted(known, values, side="right") / known.size
    return np.where(np.isfinite(values), percents, np.nan)
