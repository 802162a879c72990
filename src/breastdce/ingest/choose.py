"""Among the runs of one study, the one that is the DCE; or one for each breast; or why none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from breastdce.core.codes import ExamCode
from breastdce.core.counted import counted
from breastdce.ingest.contrast import Doubt, by_header
from breastdce.ingest.dynamic import LEAST_PHASES, Run, rises
from breastdce.ingest.protocol import is_sibling, same_protocol
from breastdce.ingest.signal import Signal
from breastdce.ingest.volumes import Stack

SAME_PLACE = 0.2
"""Boxes that share less of the smaller one than this are different places."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """A run that was chosen, the breast where left and right were acquired apart, and why."""

    run: Run
    side: str
    evidence: str


def choose(runs: Sequence[Run], signal: Signal | None) -> tuple[Choice, ...] | Doubt:
    """Pick the DCE among runs of one study.

    One place: the only run, else the only one in which contrast arrives, else the last of one
    protocol. Two places on either side of the body: one run each.
    """
    able = [run for run in runs if len(run.stacks) >= LEAST_PHASES]
    if not able:
        return _too_few(runs)
    picks: list[tuple[Run, str]] = []
    for place in _places(able):
        picked = _of_place(place, signal)
        if isinstance(picked, Doubt):
            return picked
        picks.append(picked)
    if len(picks) == 1:
        return (Choice(picks[0][0], "", picks[0][1]),)
    return _sides(picks)


def _too_few(runs: Sequence[Run]) -> Doubt:
    """The exam's code when no run has three phases."""
    stacks = [stack for run in runs for stack in run.stacks]
    most = max((len(run.stacks) for run in runs), default=0)
    kin = max((sum(is_sibling(one, other) for other in stacks) for one in stacks), default=0)
    if kin >= LEAST_PHASES:
        shapes = sorted({stack.lattice.shape for stack in stacks})
        evidence = f"{kin} volumes of one protocol, but their grids differ: sizes {shapes}"
        return Doubt(ExamCode.PHASE_GRID_DIFFERS, evidence)
    if most >= LEAST_PHASES - 1:
        return Doubt(ExamCode.TOO_FEW_PHASES, f"{most} phases, {LEAST_PHASES} are needed")
    evidence = f"{counted(len(stacks), 'possible volume')}, no two of one grid and protocol"
    return Doubt(ExamCode.NO_DCE, evidence)


def _places(runs: Sequence[Run]) -> list[list[Run]]:
    places: list[list[Run]] = []
    for run in runs:
        here = run.stacks[0].lattice
        near = (p for p in places if here.overlap(p[0].stacks[0].lattice) > SAME_PLACE)
        home = next(near, None)
        if home is None:
            places.append([run])
        else:
            home.append(run)
    return places


def _of_place(runs: Sequence[Run], signal: Signal | None) -> tuple[Run, str] | Doubt:
    if len(runs) == 1:
        n = len(runs[0].stacks)
        return runs[0], f"the only set of {n} volumes that share grid and protocol"
    clear = [run for run in runs if _own_contrast(run, signal)]
    if len(clear) == 1:
        return clear[0], f"the only one of {len(runs)} sets in which contrast arrives"
    left = clear or list(runs)
    first, *others = (run.stacks[0].part for run in left)
    if all(same_protocol(first, other) for other in others):
        return _last(left), f"the last of {len(left)} runs of one protocol"
    evidence = f"{len(left)} sets of three or more volumes with different protocols"
    return Doubt(ExamCode.AMBIGUOUS, evidence)


def _own_contrast(run: Run, signal: Signal | None) -> bool:
    return rises(run, signal) if signal is not None else by_header(run) is not None


def _last(runs: Sequence[Run]) -> Run:
    """The run that began last by a time all have, else the one with the highest series number."""
    if all(run.starts is not None for run in runs):
        kinds = {run.starts.kind for run in runs if run.starts}
        if len(kinds) == 1 and "TriggerTime" not in kinds:
            return max(runs, key=lambda run: run.starts.seconds[0] if run.starts else 0.0)
    return max(runs, key=lambda run: run.stacks[0].identity)


def _sides(picks: Sequence[tuple[Run, str]]) -> tuple[Choice, ...] | Doubt:
    sides = [side_of(run.stacks[0]) for run, _ in picks]
    if sorted(sides) != ["L", "R"]:
        evidence = f"{len(picks)} dynamics in different places that are not left and right breast"
        return Doubt(ExamCode.AMBIGUOUS, evidence)
    found = [Choice(run, side, why) for (run, why), side in zip(picks, sides, strict=True)]
    return tuple(sorted(found, key=lambda choice: choice.side))


def side_of(stack: Stack) -> str:
    """L or R: the header's laterality, else the side of the patient that the center lies on."""
    said = stack.slices[0].header.laterality.strip().upper()
    if said in ("L", "R"):
        return said
    center = float(np.mean(stack.lattice.corners()[:, 0]))
    return "L" if center > 0 else "R"  # LPS: x grows toward the patient's left
