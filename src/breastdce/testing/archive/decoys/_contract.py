"""What a decoy is: a series that is no phase."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from breastdce.core.catalog import Catalog
from breastdce.testing.archive.made import MadeExam
from breastdce.testing.styles._contract import MadeFile


@dataclass(frozen=True, slots=True)
class Decoy:
    """One kind of series."""

    name: str
    """Equals the file name."""
    share: float
    """Of the exams that have it; counted in the 426 studies with images of I-SPY1's index by words
    in SeriesDescription and by Modality, or as the file says."""
    number: int
    """SeriesNumber."""
    code: str
    """Of its row in exclusions.tsv."""
    make: Callable[[MadeExam, int], Iterable[MadeFile]]
    """Files for an exam; the second argument is the series number."""
    refused_code: str = ""
    """Of its row where the exam is refused and it has nothing to compare with; empty: the same."""

    def expected(self, *, refused: bool) -> str:
        """Code of its row."""
        return self.refused_code if refused and self.refused_code else self.code


DECOYS: Catalog[Decoy] = Catalog("breastdce.testing.archive.decoys", "DECOY", Decoy)
