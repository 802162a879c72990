"""The dynamic of a study by points: which run, by how much, and why.

Each rule is a small named function that gives points; their sum is the score. The rules know the
list of series alone, so the same ranking serves an index table and the headers of a scan.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from breastdce.core.codes import ExamCode
from breastdce.ingest.listing.facts import StudyFacts
from breastdce.ingest.listing.producer_maps import ProducerMap, producer_maps
from breastdce.ingest.listing.runs import Layout, Run, find_runs, read_items
from breastdce.ingest.listing.slab import LEAST_PHASES

_LEAST_SCORE = 3.0
"""A run with less is no dynamic: enough phases give more by themselves."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A run with its points."""

    run: Run
    points: tuple[tuple[str, float], ...]
    """Name of each rule that spoke, and what it gave."""

    @property
    def score(self) -> float:
        return sum(points for _, points in self.points)


@dataclass(frozen=True, slots=True)
class Ranking:
    """The runs of a study, best first; one for each series that could hold the first phase."""

    study: StudyFacts
    ranked: tuple[Ranked, ...]
    code: ExamCode | None
    """Why the study has no usable dynamic; None where it has one."""

    @property
    def best(self) -> Ranked | None:
        return self.ranked[0] if self.ranked else None

    @property
    def runner_up(self) -> Ranked | None:
        """The best run that begins with another series."""
        return self.ranked[1] if len(self.ranked) > 1 else None

    def of(self, series_uid: str) -> Ranked | None:
        """The run that begins with a series."""
        return next((item for item in self.ranked if item.run.first.uid == series_uid), None)


@dataclass(frozen=True, slots=True)
class _Around:
    """What the rules know beside the run."""

    maps: tuple[ProducerMap, ...]
    phases: frozenset[str]
    """Series that are together with two others of their protocol, at least."""
    later: frozenset[tuple[Layout, str]]
    """Series that a run holds as a later member, with the layout of that run."""


def rank(study: StudyFacts) -> Ranking:
    """Rank what could be the dynamic of a study."""
    runs = find_runs(read_items(study))
    around = _around(producer_maps(study), runs)
    ranked = [Ranked(_counted(run, around.maps), _points(run, around)) for run in runs]
    # Where two runs have equal points, the later one is a repeat of the other.
    ranked.sort(key=lambda item: (-item.score, -(item.run.first.number or 0), item.run.first.uid))
    best: dict[str, Ranked] = {}
    for item in ranked:
        best.setdefault(item.run.first.uid, item)
    order = tuple(best.values())
    return Ranking(study, order, _code(order))


def _around(maps: tuple[ProducerMap, ...], runs: Sequence[Run]) -> _Around:
    spread = [run for run in runs if run.layout is not Layout.INTERLEAVED]
    return _Around(
        maps,
        frozenset(
            item.facts.uid
            for run in spread
            if len(run.members) >= LEAST_PHASES
            for item in run.members
        ),
        frozenset(
            (run.layout, item.facts.uid)
            for run in spread
            if not run.repeated
            for item in run.members[1:]
        ),
    )


def _code(order: Sequence[Ranked]) -> ExamCode | None:
    if not order or order[0].score < _LEAST_SCORE:
        short = order and order[0].run.n_phases < LEAST_PHASES and order[0].score > 0
        return ExamCode.TOO_FEW_PHASES if short else ExamCode.NO_DCE
    return ExamCode.TOO_FEW_PHASES if order[0].run.n_phases < LEAST_PHASES else None


def _counted(run: Run, maps: Sequence[ProducerMap]) -> Run:
    """The run with the number of phases that the producer's maps tell."""
    for found in maps:
        n = run.first.n_images
        if found.of(run.first) and run.layout is Layout.INTERLEAVED and n % found.slices == 0:
            return Run(run.members, n // found.slices, found.slices, run.layout, run.repeated)
    return run


Rule = Callable[[Run, _Around], float]


def _points(run: Run, around: _Around) -> tuple[tuple[str, float], ...]:
    given = [(name, rule(run, around)) for name, rule in RULES]
    return (*((name, points) for name, points in given if points), *run.members[0].words.points)


def _phases(run: Run, around: _Around) -> float:
    """Pre-contrast and two phases after it make a dynamic; two phases are half of one."""
    return 6.0 if run.n_phases >= LEAST_PHASES else float(run.n_phases - 1)


def _slab(run: Run, around: _Around) -> float:
    """A breast takes 40 to 130 slices at the thickness of a dynamic (2 to 4 mm, unilateral)."""
    if 40 <= run.slices <= 130:
        return 2.0
    # A guessed split into thin slabs is no evidence; one series of so few slices may be axial.
    least = 40 if run.layout is Layout.INTERLEAVED else 28
    return 0.0 if least <= run.slices <= 300 else -2.0


def _after_contrast(run: Run, around: _Around) -> float:
    """A first series that is named as after contrast is no first series."""
    return -4.0 if run.members[0].words.after else 0.0


def _followed(run: Run, around: _Around) -> float:
    """Later series that are named as after contrast, or a number of phases in the name."""
    told = any(item.words.after for item in run.members[1:]) or bool(run.members[0].words.phases)
    return 2.0 if told else 0.0


def _repeats(run: Run, around: _Around) -> float:
    """Three series of one protocol and one count are phases, not each a dynamic."""
    alone = run.layout is Layout.INTERLEAVED
    return -4.0 if alone and run.first.uid in around.phases else 0.0


def _begun_anew(run: Run, around: _Around) -> float:
    """The last complete run of a protocol counts; what came before was given up."""
    return 1.0 if run.repeated else 0.0


def _uneven(run: Run, around: _Around) -> float:
    """A short series before one that is a whole dynamic by itself was a trial, unless named so."""
    if run.layout is not Layout.MIXED or all(item.words.after for item in run.members[1:]):
        return 0.0
    whole = any(item.facts.n_images >= LEAST_PHASES * run.slices for item in run.members[1:])
    return -6.0 if whole else -1.0


def _late(run: Run, around: _Around) -> float:
    """A run that begins with a later series of another one begins too late."""
    return -2.0 if (run.layout, run.first.uid) in around.later else 0.0


def _producer(run: Run, around: _Around) -> float:
    """The producer's own maps name the series that they were made from."""
    return 20.0 if any(found.of(run.first) for found in around.maps) else 0.0


RULES: tuple[tuple[str, Rule], ...] = (
    ("phases", _phases),
    ("slices per phase", _slab),
    ("named after contrast", _after_contrast),
    ("names of later phases", _followed),
    ("phases, not dynamics", _repeats),
    ("begun anew", _begun_anew),
    ("uneven counts", _uneven),
    ("begins late", _late),
    ("producer's maps", _producer),
)
