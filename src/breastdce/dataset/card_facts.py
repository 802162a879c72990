"""What the card says in numbers and sentences: counted from tables and provenance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec
import numpy as np

from breastdce.core.codes import CaveatCode, ExamCode, FileCode, SeriesCode
from breastdce.dataset import dictionary as columns_of
from breastdce.dataset import layout
from breastdce.dataset.dictionary import STUDY_DATE
from breastdce.dataset.provenance import GeneratedBy, Provenance, RecipeNote
from breastdce.dataset.rows import LIST_MARK
from breastdce.formats.tables import Cell, read_raw_tsv, read_tsv

C = TypeVar("C")
Rows = Sequence[Mapping[str, Cell]]
_NO_METHODS = "No exam is in the data set yet."


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """What made the data set."""

    generated_by: GeneratedBy
    recipe: RecipeNote


class Volumes(NamedTuple):
    """Median and quartiles of a volume over the exams that have it, in mL."""

    n: int
    median: float
    lower: float
    upper: float


class CardFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the card counts or tells."""

    origin: Origin
    dates: str
    """`dropped` or `shifted`."""
    n_participants: int
    n_exams: int
    scanners: tuple[tuple[str, int], ...]
    """Manufacturer and field strength, and the number of exams, the most frequent first."""
    volumes: Mapping[str, Volumes]
    """By name of the volume; left out where no exam has it."""
    methods: tuple[tuple[str, ...], ...]
    """Sentences of the methods paragraph; one paragraph for each recipe that exams followed."""
    caveats: Mapping[CaveatCode, int]
    """Number of exams with each caveat, in the order of the closed list."""
    exclusions: Mapping[ExamCode | SeriesCode | FileCode, int]
    """Number of lines of exclusions.tsv with each code, in the order of the closed lists."""

    @property
    def identity(self) -> tuple[str, ...]:
        """What remains of the identity of the participants, in sentences."""
        kept = self.caveats.get(CaveatCode.IDENTITY_KEPT, 0)
        names = (
            f"In {kept} exams the patient's own identifier is the participant id."
            if kept
            else "Participant ids are pseudonyms, or ids of an archive that removed identity."
        )
        dates = (
            "Study dates are shifted, by one secret number of days for all exams of a patient."
            if self.dates == "shifted"
            else "It holds no dates."
        )
        return (
            "Names, identifiers and free text of the source are not part of the data set; "
            "deidentification.tsv says what became of every header attribute.",
            names,
            dates,
            "Images were not altered to hide anatomy.",
        )

    @property
    def limits(self) -> tuple[str, ...]:
        """The caveats as sentences."""
        return tuple(
            f"{code.value} ({count} of {self.n_exams} exams): {code.meaning}"
            for code, count in self.caveats.items()
        )


def gather_facts(root: Path, origin: Origin, records: Iterable[Provenance]) -> CardFacts:
    """Count what the card says, from the tables under `root` and the exams' `records`.

    Raises
    ------
    InputError
        TABLE_INVALID when a table cannot be read.
    """
    dated = STUDY_DATE.name in read_raw_tsv(layout.exams(root))[0]
    exams = read_tsv(layout.exams(root), columns_of.exam_columns(dated=dated))
    exclusions = read_tsv(layout.exclusions(root), columns_of.EXCLUSIONS)
    caveats = [code for row in exams for code in str(row["caveats"] or "").split(LIST_MARK)]
    return CardFacts(
        origin=origin,
        dates="shifted" if dated else "dropped",
        n_participants=len(read_tsv(layout.participants(root), columns_of.PARTICIPANTS)),
        n_exams=len(exams),
        scanners=tuple(Counter(sorted(map(_scanner, exams))).most_common()),
        volumes={
            name: found
            for name, column in (("FTV", "ftv_ml"), ("STV", "stv_ml"))
            if (found := _volumes(exams, column)) is not None
        },
        methods=_methods(records),
        caveats=_in_order(CaveatCode, caveats),
        exclusions=_in_order(
            [*ExamCode, *SeriesCode, *FileCode], [row["code"] for row in exclusions]
        ),
    )


def _scanner(row: Mapping[str, Cell]) -> str:
    strength = row["field_strength_t"]
    field = f"{strength:g} T" if isinstance(strength, float) else "field strength unknown"
    return f"{row['manufacturer']}, {field}"


def _volumes(exams: Rows, column: str) -> Volumes | None:
    known = [value for row in exams if isinstance(value := row[column], float)]
    if not known:
        return None
    lower, median, upper = np.quantile(known, (0.25, 0.5, 0.75)).tolist()
    return Volumes(len(known), median, lower, upper)


def _methods(records: Iterable[Provenance]) -> tuple[tuple[str, ...], ...]:
    told = [record.measurements.get("methods") for record in records]
    found = [tuple(map(str, one)) for one in told if isinstance(one, list | tuple)]
    return tuple(dict.fromkeys(found)) or ((_NO_METHODS,),)


def _in_order(codes: Iterable[C], found: Iterable[object]) -> dict[C, int]:
    counts = Counter(map(str, found))
    return {code: counts[str(code)] for code in codes if str(code) in counts}
