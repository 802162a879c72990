"""Thousands of damaged exams through `scan` and `run`, and what becomes of each.

    python benchmarks/hostile.py [--scan 10000] [--run 500] [--seed 17] [--keep]
    python benchmarks/hostile.py --again scan 17 1234      # one mutant, with its reason

A mutant is made by a seed and a number: the kind of damage is the number's place among the kinds,
the exam and all else come from both. It is looked at in a process of its own with 4 GiB of memory
and 30 s (a run: 120 s); the process serves for the next mutant if it survives. The result is a
count for each kind and outcome, and for each bad one its two numbers; the exit status is 1 where
there is one. See docs/hostile_input.md.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from hostile_answers import BAD, Outcome

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "hostile.tsv"
LIMIT_S = {"scan": 30.0, "run": 120.0}
_EVERY = 100
_START_S = 900.0
"""To load the program, perhaps compile its kernels, make the scenes and look at the clean ones."""


class Found(NamedTuple):
    """What became of one mutant."""

    number: int
    kind: str
    scene: str
    outcome: Outcome
    why: str


class Worker:
    """A process that works through numbers; started again behind a mutant that ends it."""

    def __init__(self, words: Sequence[str]) -> None:
        command = [sys.executable, str(HERE / "hostile_worker.py"), *words]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
        )
        self._rest = b""

    def line(self, limit_s: float) -> dict[str, object] | None:
        """The next thing it says; None when it has ended.

        Raises
        ------
        TimeoutError
            When it says nothing in time.
        """
        pipe, end = self._process.stdout, time.monotonic() + limit_s
        if pipe is None:
            return None
        while b"\n" not in self._rest:
            ready, _, _ = select.select([pipe], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise TimeoutError
            chunk = os.read(pipe.fileno(), 1 << 16)
            if not chunk:
                return None
            self._rest += chunk
        first, self._rest = self._rest.split(b"\n", 1)
        told: dict[str, object] = json.loads(first)
        return told

    def end(self) -> int:
        """Kill it if need be; its exit status, negative for a signal."""
        self._process.kill() if self._process.poll() is None else None
        return self._process.wait()


def campaign(mode: str, seed: int, count: int, names: Sequence[str]) -> Iterator[Found]:
    """Every mutant below `count`; the worker is started again behind one that ended it."""
    first = 0
    while first < count:
        begun = first
        worker = Worker((mode, str(seed), str(first), "1", str(count), *names))
        try:
            for item in _work(worker, mode):
                yield item
                first = item.number + 1
        finally:
            worker.end()
        if first == begun:
            raise RuntimeError("the worker does not start: see hostile_worker.py")


def _work(worker: Worker, mode: str) -> Iterator[Found]:
    """What one process says, up to its end; the mutant that ended it is the last."""
    under_way: dict[str, object] | None = None
    limit, ended = _START_S, Outcome.CRASH
    try:
        while (told := worker.line(limit)) is not None:
            limit, under_way = LIMIT_S[mode], told if "n" in told else None
            if "outcome" in told:
                yield _found(told, Outcome(str(told["outcome"])), str(told["why"]))
                under_way = None
    except TimeoutError:
        ended = Outcome.HANG
    if under_way is not None:
        yield _found(under_way, ended, f"status {worker.end()}")


def _found(told: dict[str, object], outcome: Outcome, why: str) -> Found:
    return Found(int(str(told["n"])), str(told["kind"]), str(told["scene"]), outcome, why)


def _environment() -> dict[str, str]:
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
    return {**os.environ, **threads}


def table(found: dict[str, list[Found]]) -> list[str]:
    """Tab-separated counts: command, kind, expectation, one column an outcome."""
    from breastdce.testing.damage._contract import DAMAGES

    lines = ["\t".join(("command", "kind", "expects", "mutants", *Outcome))]
    for mode, items in found.items():
        if not items:
            continue
        for kind in (*DAMAGES.names(), "total"):
            own = [item for item in items if kind in (item.kind, "total")]
            counts = Counter(item.outcome for item in own)
            expects = "" if kind == "total" else DAMAGES.get(kind).expects_of(pixels=mode == "run")
            numbers = (len(own), *(counts[outcome] for outcome in Outcome))
            lines.append("\t".join((mode, kind, expects, *map(str, numbers))))
    return lines


def main() -> int:
    """Run, count, report."""
    args = _arguments()
    if args.again:
        return _again(*args.again, args.scene)
    found: dict[str, list[Found]] = {"scan": [], "run": []}
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):  # what was done until then counts
        for mode, count in (("scan", args.scan), ("run", args.run)):
            for item in campaign(mode, args.seed, count, args.scene):
                found[mode].append(item)
                _tell(mode, args.seed, found[mode])
    lines = table(found)
    print("\n".join(lines))
    if args.keep:
        RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return int(any(item.outcome in BAD for items in found.values() for item in items))


def _tell(mode: str, seed: int, found: list[Found]) -> None:
    """Say how far it is, apart from the report; and what the last one was, if it was bad."""
    if len(found) % _EVERY == 0:
        print(f"{time.strftime('%H:%M:%S')} {mode} {len(found)}", file=sys.stderr, flush=True)
    number, kind, scene, outcome, why = found[-1]
    if outcome in BAD:
        print(f"{mode} {seed} {number}: {kind} on {scene}: {outcome}: {why}", flush=True)


def _again(mode: str, seed: str, number: str, names: Sequence[str]) -> int:
    worker = Worker((mode, seed, number, "1", str(int(number) + 1), *names))
    while (told := worker.line(_START_S)) is not None:
        print("\n".join(f"{key}: {value}" for key, value in told.items()))
    return worker.end()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--scan", type=int, default=10_000, help="mutants to scan")
    parser.add_argument("--run", type=int, default=500, help="mutants to run")
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--scene", action="append", default=[], help="only these; else all")
    parser.add_argument("--again", nargs=3, metavar=("COMMAND", "SEED", "NUMBER"))
    parser.add_argument("--keep", action="store_true", help="write results/hostile.tsv")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
