"""Which phase is the last before contrast: by the signal, else by the header, else the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from breastdce.core.codes import ExamCode
from breastdce.ingest.dynamic import LEAST_PHASES, Run
from breastdce.ingest.signal import Change, Signal
from breastdce.ingest.times import injection_time
from breastdce.ingest.volumes import Stack

_NO_AGENT = frozenset({"", "NONE", "NO", "N", "NO CONTRAST", "WITHOUT", "UNKNOWN", "N/A"})
"""ContrastBolusAgent texts that name no agent; old GE writes NONE whether given or not."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """How many phases precede contrast, and how that is known."""

    count: int
    confirmed: bool
    evidence: str
    foreign_first: bool = False
    """The first volume is no phase at all: everything darkens after it (another preparation)."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a run cannot be an exam."""

    code: ExamCode
    evidence: str


def baseline(run: Run, signal: Signal | None) -> Baseline | Doubt:
    """Find the phases before contrast; the first when nothing tells."""
    if signal is not None:
        seen = _by_signal(run, signal)
        if seen is not None:
            return seen
    told = by_header(run)
    if told is not None:
        return told
    return Baseline(1, confirmed=False, evidence="no evidence of contrast: the first phase is pre")


def _by_signal(run: Run, signal: Signal) -> Baseline | Doubt | None:
    """None where the signal neither confirms nor denies."""
    changes = [signal.change(run.stacks[0], stack) for stack in run.stacks[1:]]
    kinds = [kind for kind, _ in changes]
    if Change.RISE in kinds:
        count = kinds.index(Change.RISE) + 1
        percent = 100 * changes[count - 1][1]
        evidence = f"brightest 2 % rise by {percent:.0f} % of the mean in phase {count}"
        return Baseline(count, confirmed=True, evidence=evidence)
    if Change.FALL in kinds:
        return _after_fall(run, signal, kinds)
    if Change.DOUBT in kinds:
        return None
    most = 100 * max(up for _, up in changes)
    return Doubt(ExamCode.NO_ENHANCEMENT, f"brightest 2 % rise by {most:.0f} % at most")


def _after_fall(run: Run, signal: Signal, kinds: Sequence[Change]) -> Baseline | Doubt:
    """A darker second phase: another preparation in the first volume, or phases in reverse."""
    rest = Run(run.stacks[1:], None)
    if kinds[0] is Change.FALL and len(rest.stacks) >= LEAST_PHASES:
        found = _by_signal(rest, signal)
        if isinstance(found, Baseline):
            evidence = f"everything darkens after the first volume; then {found.evidence}"
            return Baseline(found.count, confirmed=True, evidence=evidence, foreign_first=True)
    return Doubt(ExamCode.ORDER_SUSPECT, "later phases are darker than the first")


def by_header(run: Run) -> Baseline | None:
    """Phases before contrast by ContrastBolusAgent or ContrastBolusStartTime."""
    n = len(run.stacks)
    agents = [names_agent(stack) for stack in run.stacks]
    count = agents.index(True) if True in agents else 0
    if count > 0 and all(agents[count:]):
        return Baseline(count, True, f"contrast agent named from phase {count} on, not before")
    for first_post in range(1, n):
        if injection(run, first_post) is not None:
            evidence = f"contrast start time lies before phase {first_post}"
            return Baseline(first_post, True, evidence)
    return None


def names_agent(stack: Stack) -> bool:
    """Whether the header of a volume says that contrast was given before it."""
    return stack.slices[0].header.contrast_agent.strip().upper() not in _NO_AGENT


def injection(run: Run, first_post: int) -> float | None:
    """Believable ContrastBolusStartTime, on the clock of the run's starts.

    It must lie between the starts of the last baseline and a minute after the first post-contrast.
    """
    if run.starts is None or run.starts.kind == "TriggerTime":
        return None
    texts = {stack.slices[0].header.contrast_start_time for stack in run.stacks[first_post:]}
    texts -= {None}
    if len(texts) != 1:
        return None
    starts = run.starts.seconds
    seconds = injection_time(texts.pop(), starts, first_post)
    return seconds if seconds is not None and seconds >= starts[first_post - 1] else None
