"""CaPTk's own program beside our `captk` panel.

The program is CaPTk 1.8.1's FeatureExtraction with the parameters of the panel; called with an
image, a mask and `--range 4`, it prints a name and a value on each line. Where it is not at hand,
its recorded cost stands for it.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

from comparison import CASES, IN_PROCESS, WHOLE, Pair, Setting, whole_ours
from measure import Cost, cost_of, median, whole_process
from peers.protocol import Job

PANEL = "captk"
THREADS = 2
RECORDED = {"mid": Cost(14.2, 14.2, math.nan), "big": Cost(39.3, 39.3, math.nan)}
"""CPU of the whole program on one core of another machine; its wall time was not kept."""
_RELATIVE = 1e-5
_RANGE = 4  # half-width of NGTDM's neighborhood, as in the panel
_PREFIX = "T1_E_"  # of our columns, as published


class Beside(NamedTuple):
    """Costs, and how many of the program's values ours are equal to."""

    pairs: list[Pair]
    equal: dict[str, tuple[int, int]]
    """By case: equal within 1e-5, and all; empty where the program did not run."""


def compare(setting: Setting, program: Path | None) -> Beside:
    """Run the program once for each case, ours as often as everything else."""
    pairs: list[Pair] = []
    equal = {}
    with setting.serve("ours", THREADS) as server:
        for case in CASES:
            job = setting.job(case, (PANEL,))
            theirs = RECORDED[case]
            if program is not None:
                theirs, printed = _run(program, job, setting.folder / "captk.log")
                ours = server.ask(Job(job.image, job.mask, job.families, wants_values=True))
                equal[case] = _equal(printed, ours.values or {})
            inside = [cost_of(server.ask(job)) for _ in range(setting.repeat + 1)][1:]
            outside = [whole_ours(setting, case, PANEL, THREADS) for _ in range(setting.repeat)]
            pairs += [
                Pair(IN_PROCESS, case, THREADS, PANEL, PANEL, theirs, median(inside)),
                Pair(WHOLE, case, THREADS, PANEL, PANEL, theirs, median(outside)),
            ]
    return Beside(pairs, equal)


def _run(program: Path, job: Job, log: Path) -> tuple[Cost, dict[str, float]]:
    command = [program, job.image, job.mask, "--range", str(_RANGE)]
    cost = whole_process(command, THREADS, log)
    values = {}
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        name, _, number = line.rpartition(" ")
        try:
            values[name] = float(number)
        except ValueError:
            continue  # progress, warnings
    return cost, values


def _equal(printed: dict[str, float], ours: dict[str, float | None]) -> tuple[int, int]:
    known = {name.removeprefix(_PREFIX): value for name, value in ours.items()}
    equal = sum(_same(printed.get(name), value) for name, value in known.items())
    return equal, len(known)


def _same(theirs: float | None, ours: float | None) -> bool:
    if theirs is None:
        return False
    if ours is None:  # undefined: the program says NaN
        return math.isnan(theirs)
    return math.isclose(theirs, ours, rel_tol=_RELATIVE)
