"""Maps that UCSF's analysis left in a study: they tell which series they were made from.

The number of a map is the source's number x 10000 + 1000 (SER) or + 1001, + 1002 (PE); Philips
numbers lose their last two digits (TCIA, I-SPY1 wiki page 21267005). The name is the source's name
with `: SER` behind it. A check where such maps exist; no hospital has them.
"""

from __future__ import annotations

from dataclasses import dataclass

from breastdce.ingest.listing.facts import SeriesFacts, StudyFacts

_ENDINGS = (": SER", ": PE1", ": PE2")


@dataclass(frozen=True, slots=True)
class ProducerMap:
    """One map: its source by number and name, and the slices of one phase."""

    source_number: int
    source_description: str
    slices: int

    def of(self, series: SeriesFacts) -> bool:
        """Whether the map was made from this series."""
        number = series.number or 0
        numbered = self.source_number in (number, number // 100 if number >= 100 else number)
        name = self.source_description
        return numbered and (not name or name == series.description.strip())


def producer_maps(study: StudyFacts) -> tuple[ProducerMap, ...]:
    """Every SER or PE map of a study."""
    return tuple(
        ProducerMap(
            (series.number or 0) // 10_000,
            series.description.rsplit(":", 1)[0].strip(),
            series.n_images,
        )
        for series in study.series
        if series.modality == "MR" and series.description.rstrip().endswith(_ENDINGS)
    )
