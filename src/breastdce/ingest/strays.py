"""Volumes beside the chosen run: missing phases of it that must be told, and why each is unused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from breastdce.core.caveats import Caveat, Fact
from breastdce.core.codes import CaveatCode, ExamCode, SeriesCode
from breastdce.ingest.contrast import Doubt, names_agent
from breastdce.ingest.dynamic import Run, volumes_of
from breastdce.ingest.protocol import is_sibling, protocol_of, same_protocol
from breastdce.ingest.series import Part, Slice
from breastdce.ingest.times import shared_starts, start_times
from breastdce.ingest.volumes import Stack

_BROKEN = frozenset(
    {SeriesCode.SLICE_MISSING, SeriesCode.SLICES_UNEVEN, SeriesCode.STEP_UNEVEN}
    | {SeriesCode.GEOMETRY_SHEARED, SeriesCode.GEOMETRY_VARIES}
    | {SeriesCode.PIXELS_BAD, SeriesCode.PIXELS_FLAT}
)
"""Faults by which a phase can be lost."""
Wreck = tuple[Part, tuple[Slice, ...]]


def is_broken(code: SeriesCode) -> bool:
    """Whether images with this code may be a lost phase."""
    return code in _BROKEN


def kin_elsewhere(run: Run, found: Iterable[Run]) -> list[Stack]:
    """Volumes of the same protocol over the same ground, but on another grid."""
    first = run.stacks[0]
    return [
        stack
        for other in found
        for stack in other.stacks
        if not stack.lattice.same_place(first.lattice) and is_sibling(first, stack)
    ]


def describe(kin: Sequence[Stack]) -> str:
    """Numbers for evidence."""
    shapes = sorted({stack.lattice.shape for stack in kin})
    return f"{len(kin)} volumes of this protocol on other grids, sizes {shapes}"


def misplaced(
    run: Run, first_post: int, kin: Sequence[Stack], wrecks: Iterable[Wreck]
) -> Doubt | None:
    """Refuse when a phase that belongs among the first three lies on another grid or is broken.

    Taking the next phase in its place would shift early and late enhancement unseen.
    """
    lost = [slices for part, slices in wrecks if belongs(part, run.stacks[0])]
    strays = [*volumes_of(kin), *lost]
    within = [slices for slices in strays if _falls_between(run, first_post, slices)]
    if not within:
        return None
    counts = sorted(len(slices) for slices in within)
    evidence = f"a phase among the first three is not on the grid of the others: slices {counts}"
    return Doubt(ExamCode.PHASE_GRID_DIFFERS, evidence)


def baseline_elsewhere(run: Run, found: Iterable[Run]) -> Doubt | None:
    """Refuse when every phase names contrast, and the volume before it lies on another grid.

    The first phase after contrast would be taken for the one before it.
    """
    first = run.stacks[0]
    if not names_agent(first):
        return None
    before = [
        stack
        for other in found
        for stack in other.stacks
        if not names_agent(stack)
        and not stack.lattice.same_place(first.lattice)
        and same_protocol(first.part, stack.part)
        and not _starts_after(stack, first)
    ]
    if not before:
        return None
    evidence = f"contrast is named in every phase; before it {describe(before)}"
    return Doubt(ExamCode.PHASE_GRID_DIFFERS, evidence)


def _starts_after(one: Stack, other: Stack) -> bool:
    starts = start_times([one.slices, other.slices])
    return starts is not None and starts.seconds[0] > starts.seconds[1]


def belongs(part: Part, stack: Stack) -> bool:
    """Same protocol, matrix and orientation, over overlapping ground."""
    header, shape = part.header, stack.lattice.shape
    if (header.columns, header.rows) != shape[:2] or not same_protocol(part, stack.part):
        return False
    turned = np.abs(part.orientations()[0] - stack.part.orientations()[0]).max() > 1e-3
    normal = stack.lattice.direction[:, 2]
    own, theirs = part.positions() @ normal, stack.lattice.corners() @ normal
    return not turned and bool(own.min() <= theirs.max() and own.max() >= theirs.min())


def _falls_between(run: Run, first_post: int, slices: tuple[Slice, ...]) -> bool:
    """Whether a volume starts after the pre-contrast and before the second post-contrast phase.

    Of two phases before contrast the later may be no phase but a subtraction in the lost one's
    place and of its time: only the earlier is sure.
    """
    volumes = [*volumes_of(run.stacks), slices]
    starts = start_times(volumes)
    seconds = starts.seconds if starts else shared_starts(volumes)
    if seconds is None or first_post + 1 >= len(run.stacks):
        return False
    *phases, own = seconds
    return phases[max(first_post - 2, 0)] < own < phases[first_post + 1]


def stopped_later(run: Run, kin: Iterable[Stack]) -> Caveat | None:
    """A later phase of the same protocol that was stopped early, as a caveat."""
    n = len(run.stacks[0].slices)
    for stack in kin:
        starts = start_times([*volumes_of(run.stacks), stack.slices])
        if starts and len(stack.slices) < n and starts.seconds[-1] > starts.seconds[-2]:
            detail: dict[str, Fact] = {
                "phase": len(run.stacks),
                "slices": len(stack.slices),
                "of": n,
            }
            return Caveat(CaveatCode.PHASE_INCOMPLETE, detail)
    return None


def why_unused(stack: Stack, used: Sequence[Stack]) -> tuple[SeriesCode, str]:
    """Code and evidence for a possible phase that no exam of the study uses."""
    if not used:
        return _of_refused(stack)
    near = next((item for item in used if item.lattice.same_place(stack.lattice)), None)
    if near is not None:
        differences = protocol_of(near.part).differences(protocol_of(stack.part))
        if differences:
            return SeriesCode.OTHER_PROTOCOL, "; ".join(differences)
        return SeriesCode.REPEATED_RUN, "same grid and protocol as the run that was chosen"
    own, theirs = stack.lattice.shape, used[0].lattice.shape
    sizes = f"size {own[0]} x {own[1]} x {own[2]}, not {theirs[0]} x {theirs[1]} x {theirs[2]}"
    if own[:2] == theirs[:2] and any(is_sibling(item, stack) for item in used):
        return SeriesCode.REPEATED_RUN, f"same protocol; {sizes}"
    return SeriesCode.OTHER_GRID, sizes


def _of_refused(stack: Stack) -> tuple[SeriesCode, str]:
    lost = [item.detail for item in stack.caveats if item.code is CaveatCode.PHASE_INCOMPLETE]
    if lost:
        slices = ", ".join(f"{detail['slices']} of {detail['of']}" for detail in lost)
        return SeriesCode.SLICES_UNEVEN, f"PHASE_INCOMPLETE: {slices} slices"
    return SeriesCode.NOT_DCE, "a possible phase, but the exam was refused"
