"""What the pages of a whole data set are made from: plain records, filled by the caller."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from breastdce.core.grid import FloatArray
from breastdce.report.cohort_view import CohortSummary
from breastdce.report.figure import Picture
from breastdce.report.statistics.spread import Spread, spread
from breastdce.report.view import ExamLine, ExclusionView
from breastdce.report.words import NOT_AVAILABLE, decimal, number, text


@dataclass(frozen=True, kw_only=True, eq=False)
class Measure:
    """One number of every exam."""

    name: str
    """Its column."""
    long_name: str
    unit: str
    """Empty where there is none."""
    description: str
    values: FloatArray
    """One for each exam, in the page's order; NaN where there is none."""
    good: str = ""
    """`high`, `low`, `near 1` where one way is better."""
    family: str = ""
    """Of a feature."""

    @cached_property
    def spread(self) -> Spread:
        """How the values are spread."""
        return spread(self.values)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeasureTable:
    """The measures of one file."""

    title: str
    file: str
    """Relative to the root of the data set."""
    measures: Sequence[Measure]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pair:
    """Two kinds of masks, wherever an exam has both; arrays have one value for each exam."""

    first: str
    second: str
    dice: FloatArray
    """0 to 1; NaN where a mask is missing or both are empty."""
    first_ml: FloatArray
    second_ml: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """One exam in pictures."""

    exam: str
    link: str
    """The exam's page, relative to the folder `report`."""
    words: str
    """What is to be seen."""
    pictures: Sequence[Picture]


FACTORS = (
    ("maker", "Maker", "manufacturer"),
    ("field", "Field strength", "field_strength_t"),
    ("model", "Model", "manufacturer_model"),
)
"""What scanners differ in: name, words, column of exams.tsv."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CohortView:
    """Everything that the first page of a data set shows."""

    dataset: str
    recipe: str
    exams: Sequence[ExamLine]
    exclusions: Sequence[ExclusionView] = ()
    methods: str = ""
    tables: Sequence[MeasureTable] = ()
    """Measures of exams.tsv and of the tables of features, but for the radiomic ones."""
    features: MeasureTable | None = None
    """The radiomic features."""
    reasons: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Code of why a feature is undefined, to feature, to number of exams."""
    cohort: CohortSummary | None = None
    """Of `breastdce cohort`, where its output was given."""
    pairs: Sequence[Pair] = ()
    """The one that the cases are of first."""
    agreement_cases: Sequence[Case] = ()
    """Worst and best agreement of the first pair."""
    gallery: Sequence[Case] = ()
    artifacts: Sequence[Case] = ()
    """The strongest finding of each kind."""
    facts: Sequence[tuple[str, str]] = ()
    """What the card says in short."""
    files: Sequence[str] = ()
    """Files in the root of the data set."""

    @cached_property
    def all_tables(self) -> tuple[MeasureTable, ...]:
        """All tables of measures, the radiomic features last."""
        last = () if self.features is None else (self.features,)
        return (*self.tables, *last)

    @cached_property
    def apart(self) -> Counter[int]:
        """In how many measures, radiomic features left out, each exam lies apart, by its place.

        Features are hundreds that say the same: one odd tumor would count as hundreds.
        """
        return Counter(
            outlier.place
            for table in self.tables
            for measure in table.measures
            for outlier in measure.spread.outliers
        )

    def levels(self, column: str) -> list[str]:
        """Cell of each exam in one of the columns of `FACTORS`, as it is shown."""
        if column == "field_strength_t":
            fields = [number(line.row, column) for line in self.exams]
            return [NOT_AVAILABLE if t is None else f"{t:g} T" for t in fields]
        return [text(line.row, column) for line in self.exams]


def median_words(values: FloatArray, digits: int = 2) -> str:
    """Median and quartiles of the finite values, as in a table of a paper."""
    known = values[np.isfinite(values)]
    if not known.size:
        return NOT_AVAILABLE
    low, middle, high = (float(v) for v in np.percentile(known, (25, 50, 75)))
    return f"{decimal(middle, digits)} ({decimal(low, digits)} to {decimal(high, digits)})"
