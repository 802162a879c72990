"""From volumes that were acquired alike to runs of phases in order of time.

Layouts: one series with k phases, one series a phase, the pre-contrast phase alone and all others
together, the same with enhanced objects; left and right apart. All become a Run here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode, SeriesCode
from breastdce.ingest.image_types import image_part, is_derived
from breastdce.ingest.series import Slice
from breastdce.ingest.signal import Change, Signal
from breastdce.ingest.times import SAME_START_S, Starts, shared_starts, start_times
from breastdce.ingest.volumes import Stack

LEAST_PHASES = 3
"""One pre-contrast and two post-contrast phases."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Volumes of one grid and protocol in order of time: a dynamic, if contrast arrives in it."""

    stacks: tuple[Stack, ...]
    starts: Starts | None
    """In the order of `stacks`; None where the headers give no time."""
    caveats: tuple[Caveat, ...] = ()

    @property
    def key(self) -> str:
        """The field that separated the phases, or `series` for one series per phase."""
        keys = sorted({stack.key for stack in self.stacks} - {"series"})
        alone = any(stack.key == "series" for stack in self.stacks)
        return "+".join(["series"] * (alone or not keys) + keys)


@dataclass(frozen=True, slots=True, eq=False)
class Left:
    """A volume that is no phase, and why."""

    stack: Stack
    code: SeriesCode
    evidence: str


def volumes_of(stacks: Sequence[Stack]) -> list[tuple[Slice, ...]]:
    """Slices of each volume, as the functions on times take them."""
    return [stack.slices for stack in stacks]


def clean(
    stacks: Sequence[Stack], signal: Signal | None
) -> tuple[tuple[Stack, ...], tuple[Left, ...]]:
    """Take out of a set what only looks like a phase: flat, copied, subtracted, second versions."""
    kept, left = tuple(stacks), list[Left]()
    if signal is not None:
        for sieve in (_unreadable, _flat, _copies, _subtractions):
            out = sieve(kept, signal)
            kept = _without(kept, out)
            left += out
    out = _second_versions(kept)
    return _without(kept, out), (*left, *out)


def _without(stacks: Sequence[Stack], left: Sequence[Left]) -> tuple[Stack, ...]:
    gone = {item.stack for item in left}
    return tuple(stack for stack in stacks if stack not in gone)


def _unreadable(stacks: Sequence[Stack], signal: Signal) -> list[Left]:
    faults = ((stack, signal.fault(stack)) for stack in stacks)
    return [Left(stack, SeriesCode.PIXELS_BAD, fault) for stack, fault in faults if fault]


def _flat(stacks: Sequence[Stack], signal: Signal) -> list[Left]:
    flat = (stack for stack in stacks if signal.is_flat(stack))
    return [Left(stack, SeriesCode.PIXELS_FLAT, "all values are equal") for stack in flat]


def _copies(stacks: Sequence[Stack], signal: Signal) -> list[Left]:
    kept: list[Stack] = []
    left: list[Left] = []
    for stack in sorted(stacks, key=_worth):
        if any(signal.is_copy(stack, of) for of in kept):
            left.append(Left(stack, SeriesCode.DUPLICATE_PIXELS, "equal to another volume"))
        else:
            kept.append(stack)
    return left


def _worth(stack: Stack) -> tuple[bool, bool, tuple[int, str, int]]:
    """Water or plain magnitude before other Dixon images, originals before derived, by identity."""
    image_type = stack.part.image_type
    partial = image_part(image_type) not in ("magnitude", "water")
    return partial, is_derived(image_type), stack.identity


def _subtractions(stacks: Sequence[Stack], signal: Signal) -> list[Left]:
    left: list[Left] = []
    for stack in stacks:
        others = [other for other in stacks if other is not stack]
        why = signal.is_subtraction(stack, others) if len(stacks) >= LEAST_PHASES else ""
        if why:
            left.append(Left(stack, SeriesCode.SUBTRACTION, why))
    return left


def _second_versions(stacks: Sequence[Stack]) -> list[Left]:
    """Series whose every volume starts when a volume of another series does (filtered, corrected).

    Originals win over derived images, then the lower series number.
    """
    starts = shared_starts(volumes_of(stacks)) if stacks else None
    if starts is None or max(starts) - min(starts) <= SAME_START_S:
        return []  # one time for all is an anonymizer's, and tells nothing
    by_part: dict[object, list[tuple[Stack, float]]] = defaultdict(list)
    for stack, start in sorted(zip(stacks, starts, strict=True), key=lambda item: _worth(item[0])):
        by_part[stack.part].append((stack, start))
    taken: list[float] = []
    left: list[Left] = []
    for members in by_part.values():
        again = [any(abs(start - t) <= SAME_START_S for t in taken) for _, start in members]
        if all(again):
            why = "same start times as the volumes of another series on this grid"
            left += [Left(stack, SeriesCode.NOT_DCE, why) for stack, _ in members]
        else:
            taken += [start for _, start in members]
    return left


def in_order(stacks: Sequence[Stack]) -> Run:
    """Put volumes in order of time; of a single part the key's order stands."""
    known = sorted(stacks, key=lambda item: item.identity)
    if len({stack.part for stack in known}) == 1:
        known.sort(key=lambda item: item.order)
        return Run(tuple(known), start_times(volumes_of(known)))
    starts = start_times(volumes_of(known))
    if starts is None:
        caveat = Caveat(CaveatCode.ORDER_BY_SERIES_NUMBER, {"phases": len(known)})
        known.sort(key=lambda item: (item.part.series.number or 0, item.order, item.identity))
        return Run(tuple(known), None, (caveat,))
    order = sorted(range(len(known)), key=lambda i: starts.seconds[i])
    seconds = tuple(starts.seconds[i] for i in order)
    return Run(tuple(known[i] for i in order), Starts(starts.kind, seconds))


def runs(
    stacks: Sequence[Stack], signal: Signal | None
) -> tuple[tuple[Run, ...], tuple[Left, ...]]:
    """Runs of one set, and what belongs to none.

    Usually all volumes are one run. Two or more series that hold a whole dynamic each are
    repeated runs, unless the signal says that contrast arrives in none of them alone.
    """
    by_part: dict[object, list[Stack]] = defaultdict(list)
    for stack in stacks:
        by_part[stack.part].append(stack)
    whole = [in_order(members) for members in by_part.values() if len(members) >= LEAST_PHASES]
    together = in_order(stacks)
    if len(whole) < 2 or (signal is not None and not any(rises(run, signal) for run in whole)):
        return (together,), ()
    inside = {stack for run in whole for stack in run.stacks}
    rank = {stack: i for i, stack in enumerate(together.stacks)}
    whole.sort(key=lambda run: rank[run.stacks[0]])
    why = "a single volume beside series that hold a whole dynamic each"
    spare = (stack for stack in stacks if stack not in inside)
    return tuple(whole), tuple(Left(stack, SeriesCode.REPEATED_RUN, why) for stack in spare)


def rises(run: Run, signal: Signal) -> bool:
    """Whether some phase is clearly brighter than the first."""
    first, *later = run.stacks
    return any(signal.change(first, stack)[0] is Change.RISE for stack in later)
