"""Which series of a study could be one dynamic together, by names, counts and order alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from breastdce.core.codes import SeriesCode
from breastdce.ingest.listing.facts import SeriesFacts, StudyFacts
from breastdce.ingest.listing.slab import LEAST_PHASES, LEAST_SLICES, MOST_PHASES, split_images
from breastdce.ingest.listing.words import Reading, read_description

SAME_SIZE = 0.02
"""Images of one protocol differ in size by their headers alone."""
SAME_STEM = 0.5
"""Share of words that two names of one protocol have in common, at least (Jaccard index)."""
OTHER_ACQUISITION = -4.0
"""Points of words, at most, of a series that is something else."""


class Layout(StrEnum):
    """How a dynamic is spread over series."""

    INTERLEAVED = "interleaved"
    ONE_PER_PHASE = "one_series_per_phase"
    MIXED = "mixed"
    """Phases of which some share a series."""


@dataclass(frozen=True, slots=True)
class Item:
    """A series and what its name says."""

    facts: SeriesFacts
    words: Reading
    code: SeriesCode | None
    """Why it can be no phase; None where it may be one."""


@dataclass(frozen=True, slots=True)
class Run:
    """Series that could be one dynamic, in order."""

    members: tuple[Item, ...]
    n_phases: int
    slices: int
    layout: Layout
    repeated: bool = False
    """Whether an earlier run of the same protocol was broken off or repeated."""

    @property
    def first(self) -> SeriesFacts:
        """The series that holds the pre-contrast phase."""
        return self.members[0].facts


def read_items(study: StudyFacts) -> tuple[Item, ...]:
    """Every series of a study with what its name says, in order of numbers."""
    return tuple(_item(facts) for facts in study.series)


def find_runs(items: Sequence[Item]) -> tuple[Run, ...]:
    """Every run: each series by itself where its count allows phases, and with its followers."""
    acquired = [item for item in items if item.code in (None, SeriesCode.LOCALIZER)]
    found: list[Run] = []
    for index, item in enumerate(acquired):
        if item.code is None:
            found += _alone(item)
            found += _spread(acquired, index)
    return tuple(found)


def _item(facts: SeriesFacts) -> Item:
    words = read_description(facts.description)
    return Item(facts, words, _impossible(facts, words))


def _impossible(facts: SeriesFacts, words: Reading) -> SeriesCode | None:
    if facts.modality != "MR":
        return SeriesCode.SECONDARY
    if words.code is not None:
        return words.code
    return SeriesCode.LOCALIZER if facts.n_images < LEAST_SLICES else None


def _alone(item: Item) -> list[Run]:
    named = item.words.phases
    n = item.facts.n_images
    if named and n % named == 0 and n // named >= LEAST_SLICES:
        return [Run((item,), named, n // named, Layout.INTERLEAVED)]
    split = split_images(n)
    return [] if split is None else [Run((item,), split.phases, split.slices, Layout.INTERLEAVED)]


def _spread(items: Sequence[Item], start: int) -> list[Run]:
    """Return the run that starts at a series and takes up each later one of its protocol."""
    first = items[start]
    segments: list[list[Item]] = [[first]]
    interrupted = False
    for item in items[start + 1 :]:
        if _follows(first, item):
            if interrupted:
                segments.append([])
            segments[-1].append(item)
            interrupted = False
        elif not _is_other_side(first, item):
            interrupted = True
    members = [item for segment in segments for item in segment]
    later = [segment for segment in segments[1:] if _is_complete(first, segment)]
    if later:  # begun anew after something else: the first attempt is no part of it
        again = {item.facts.uid for item in later[-1]}
        members = [item for item in members if item.facts.uid not in again]
    return [_run(members, repeated=False), *(_run(segment, repeated=True) for segment in later)]


def _run(members: Sequence[Item], *, repeated: bool) -> Run:
    slices = members[0].facts.n_images
    counts = [item.facts.n_images // slices for item in members]
    layout = Layout.ONE_PER_PHASE if max(counts) == 1 else Layout.MIXED
    return Run(tuple(members), sum(counts), slices, layout, repeated)


def _follows(first: Item, item: Item) -> bool:
    """Whether a later series could hold later phases of the same dynamic."""
    one, two = first.facts, item.facts
    if item.code is not None:
        return False
    if two.n_images % one.n_images or two.n_images // one.n_images > MOST_PHASES:
        return False
    if not _same_size(one, two) or _sides(first, item) == {"L", "R"}:
        return False
    if _is_something_else(item) and not _is_something_else(first):
        return False
    return _alike(first.words, item.words) or (item.words.after and not first.words.after)


def _same_size(one: SeriesFacts, two: SeriesFacts) -> bool:
    largest = max(one.image_bytes, two.image_bytes)
    return abs(one.image_bytes - two.image_bytes) <= SAME_SIZE * largest


def _alike(one: Reading, two: Reading) -> bool:
    if not one.stem or not two.stem:
        return True  # no name tells nothing
    return len(one.stem & two.stem) >= SAME_STEM * len(one.stem | two.stem)


def _is_something_else(item: Item) -> bool:
    return item.words.score <= OTHER_ACQUISITION


def _is_other_side(first: Item, item: Item) -> bool:
    """Left and right may alternate; the other side interrupts nothing."""
    return _sides(first, item) == {"L", "R"} and not _is_something_else(item)


def _sides(first: Item, item: Item) -> set[str]:
    return {first.words.side, item.words.side}


def _is_complete(first: Item, segment: Sequence[Item]) -> bool:
    """Whether a segment is a whole run that begins again, named as the first was."""
    if len(segment) < LEAST_PHASES or segment[0].facts.n_images != first.facts.n_images:
        return False
    return segment[0].facts.description == first.facts.description
