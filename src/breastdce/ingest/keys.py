"""Which header field separates the phases of one series: a ladder of keys, each put to the test.

A key is accepted when it takes exactly k values and no value holds a position twice; k is the
number of times that positions repeat. The first accepted key wins, and every other accepted key is
asked whether it agrees. Equal times never make a phase: times are cut at long gaps.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from breastdce.ingest.series import Slice
from breastdce.ingest.times import Clock, acquisition_clock, clock_seconds, content_clock

PHASE_GAP_S = 10.0
"""Within one phase old GE slices carry up to 4 times over 3 s; phases lie further apart."""

Groups = tuple[tuple[int, ...], ...]
"""Indices of slices, one group a phase, in order of the key."""


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Slices and the index of the position that each holds."""

    slices: tuple[Slice, ...]
    place: NDArray[np.int64]

    @property
    def n_places(self) -> int:
        return int(self.place.max()) + 1

    @property
    def repeats(self) -> NDArray[np.int64]:
        """How often each position occurs, shape (n_places,)."""
        return np.bincount(self.place)

    def is_full(self, group: Iterable[int]) -> bool:
        """Whether a group without repeats holds every position."""
        return len(tuple(group)) == self.n_places


@dataclass(frozen=True, slots=True)
class Partition:
    """Phases as one key sees them."""

    key: str
    groups: Groups


def partitions(placed: Placed) -> tuple[Partition, ...]:
    """All accepted keys with their phases, in order of precedence."""
    k = int(placed.repeats.max())
    found = ((name, split(placed, k)) for name, split in _LADDER.items())
    return tuple(
        Partition(name, groups) for name, groups in found if groups and _fits(placed, groups, k)
    )


def _fits(placed: Placed, groups: Groups, k: int) -> bool:
    unique = all(len({int(placed.place[i]) for i in group}) == len(group) for group in groups)
    return len(groups) == k and unique


Label = Callable[[Slice], float | int | None]
Split = Callable[[Placed, int], Groups | None]


def _by_value(label: Label) -> Split:
    def split(placed: Placed, k: int) -> Groups | None:
        found: dict[float, list[int]] = defaultdict(list)
        for index, item in enumerate(placed.slices):
            value = label(item)
            if value is None or len(found) > k:
                return None
            found[float(value)].append(index)
        return tuple(tuple(found[value]) for value in sorted(found))

    return split


def _trigger(item: Slice) -> float | None:
    """TriggerTime, unless it belongs to cardiac gating."""
    return None if item.header.nominal_cardiac_trigger else item.frame.trigger_time_ms


def _by_clock(clock: Callable[[Slice], Clock]) -> Split:
    def split(placed: Placed, k: int) -> Groups | None:
        seconds = clock_seconds([clock(item) for item in placed.slices])
        if seconds is None:
            return None
        order = sorted(range(len(seconds)), key=lambda i: (seconds[i], i))
        return _cut(order, lambda a, b: seconds[b] - seconds[a] > PHASE_GAP_S)

    return split


def _cut(order: Sequence[int], apart: Callable[[int, int], bool]) -> Groups:
    groups: list[list[int]] = [[order[0]]]
    for before, index in pairwise(order):
        if apart(before, index):
            groups.append([])
        groups[-1].append(index)
    return tuple(map(tuple, groups))


def _by_instance(placed: Placed, k: int) -> Groups | None:
    """Order of InstanceNumber: phase after phase, or position after position."""
    numbers = [item.frame.instance_number for item in placed.slices]
    if None in numbers or len(set(numbers)) < len(numbers) or _counts_object(placed, k):
        return None
    order = sorted(range(len(numbers)), key=lambda i: numbers[i] or 0)
    if int(placed.repeats.min()) < k:
        return _monotone_blocks(placed, order)
    n = placed.n_places
    blocks = tuple(tuple(order[i * n : (i + 1) * n]) for i in range(k))
    if _fits(placed, blocks, k):
        return blocks
    runs = [{int(placed.place[i]) for i in order[j * k : (j + 1) * k]} for j in range(n)]
    if all(len(run) == 1 for run in runs):
        return tuple(tuple(order[j::k]) for j in range(k))
    return None


def _monotone_blocks(placed: Placed, order: Sequence[int]) -> Groups:
    """Cut where positions turn back: with slices missing nothing weaker is safe."""
    steps = [int(placed.place[b] - placed.place[a]) for a, b in pairwise(order)]
    sign = 1 if sum(step > 0 for step in steps) * 2 >= len(steps) else -1
    return _cut(order, lambda a, b: sign * int(placed.place[b] - placed.place[a]) <= 0)


def _counts_object(placed: Placed, k: int) -> bool:
    """Whether the maker's own counts contradict k phases of n positions."""
    header = placed.slices[0].header
    locations, dynamics = header.ge_locations, header.philips_dynamics
    return (locations is not None and locations > 1 and placed.n_places % locations != 0) or (
        dynamics is not None and dynamics > 1 and dynamics != k
    )


_LADDER: dict[str, Split] = {
    "TemporalPositionIdentifier": _by_value(lambda item: item.frame.temporal_position),
    "TriggerTime": _by_value(_trigger),
    "AcquisitionTime": _by_clock(acquisition_clock),
    "AcquisitionNumber": _by_value(lambda item: item.frame.acquisition_number),
    "ContentTime": _by_clock(content_clock),
    "InstanceNumber": _by_instance,
}
_WEAK = frozenset({"ContentTime", "InstanceNumber"})
"""Reconstruction order and numbering: they may differ from the order of acquisition."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the other accepted keys say of the winner's phases."""

    agree: tuple[str, ...]
    disagree: tuple[str, ...]
    first_three_differ: tuple[str, ...]
    """Those of `disagree` that see another order among the first three phases."""

    @property
    def contradicted(self) -> bool:
        """Whether the order of the first three phases cannot be trusted."""
        strong = set(self.first_three_differ) - _WEAK
        return bool(strong) or (bool(self.first_three_differ) and not self.agree)


def agreement(winner: Partition, others: Iterable[Partition]) -> Agreement:
    """Compare partition and order of every further accepted key with the winner's."""
    mine = [frozenset(group) for group in winner.groups]
    agree, disagree, early = list[str](), list[str](), list[str]()
    for other in others:
        theirs = [frozenset(group) for group in other.groups]
        (agree if theirs == mine else disagree).append(other.key)
        if theirs[:3] != mine[:3]:
            early.append(other.key)
    return Agreement(tuple(agree), tuple(disagree), tuple(early))


def usual_repeats(placed: Placed) -> int:
    """How often most positions occur; the larger number where two are as frequent."""
    counts = Counter(placed.repeats.tolist())
    return int(max(counts, key=lambda times: (counts[times], times)))
