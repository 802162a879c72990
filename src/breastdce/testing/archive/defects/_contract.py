"""What a defect is: a pure function from a sound exam to one with a fault, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from breastdce.core.catalog import Catalog
from breastdce.core.codes import SeriesCode
from breastdce.testing.archive.made import MadeExam
from breastdce.testing.shapes import Array
from breastdce.testing.styles._contract import MadeFile

Phases = tuple[Array, ...]


def _as_they_are(phases: Phases) -> Phases:
    return phases


def _as_it_is(exam: MadeExam) -> MadeExam:
    return exam


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One kind of fault."""

    name: str
    """Equals the file name."""
    makers: tuple[str, ...]
    """In whose layout it is planted."""
    least_phases: int = 3
    """Of the exam that it is planted in."""
    code: str | None = None
    """Why the exam must be refused; None where it must be used."""
    caveat: str | None = None
    """What exams.tsv must say of an exam that is used."""
    phases: Callable[[Phases], Phases] = _as_they_are
    """Changes the images before files are made of them."""
    plant: Callable[[MadeExam], MadeExam] = _as_it_is
    """Changes files."""
    dynamic_codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By maker: codes that every series of the dynamic then has."""
    other_codes: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """Number of another series that the maker writes, and its codes."""


DEFECTS: Catalog[Defect] = Catalog("breastdce.testing.archive.defects", "DEFECT", Defect)
UNNAMED_SUBTRACTION = {21: (str(SeriesCode.NOT_DCE),)}
"""Of Siemens' workstation, where what it was made of is not at hand: nothing tells what it is."""
ALL_MAKERS = ("ge", "siemens", "philips", "canon", "hitachi")


def with_later_series(exam: MadeExam, change: Callable[[MadeFile], MadeFile]) -> MadeExam:
    """Change the files of every series of the dynamic but the first."""
    later = exam.dynamic - {min(exam.dynamic)}
    files = tuple(change(file) if file.series in later else file for file in exam.files)
    return replace(exam, files=files)
