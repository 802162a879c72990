"""Whether work that is killed and taken up again ends as if it had never been disturbed.

    python benchmarks/kill.py [--seed 17] [--run 100] [--renames 40] [--fetch 20] [--train 10]
                              [--review 20] [--scratch FOLDER] [--keep]

Each command is ended by SIGKILL, with all of its processes, at moments drawn from (seed, number);
one, two or three times in succession, then it is let to its end, and every file is compared with
that of an undisturbed run (`kill_deeds.py` says what may differ). Moments are uniform over the CPU
time of an undisturbed run, which other work on the machine does not change. `--renames` kills `run`
and the training just before, or just after, a finished file gets its name. The last line is
`kills K, equal K`; the exit status is 1 when the two differ.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the made archive is of the tests

from kill_child import Child, renames_of
from kill_deeds import Deed, fetch_deed, run_deed, train_deed
from kill_review import review_chain
from measure import machine

RESULTS = Path(__file__).parent / "results" / "kill.json"
_SUCCESSION = (1, 2, 1, 3)
"""Kills of a chain, by its number."""
_AFTER = 0.3
"""Share of the kills at a rename that come just after it."""
Kill = Callable[[list[str], int, random.Random], bool]
"""Starts a command line of a chain and kills it at a moment; whether it came to that."""


class Chain(NamedTuple):
    """One folder: killed some times, then let to its end."""

    deed: str
    number: int
    kills: int
    differs: tuple[str, ...]
    """Files that are not as in an undisturbed run, and whatever was left behind."""


def main() -> int:
    """Kill, compare, print."""
    args = _arguments()
    with tempfile.TemporaryDirectory(dir=args.scratch) as folder:
        chains = []
        for chain in _chains(args, Path(folder)):
            chains.append(chain)
            words = "equal" if not chain.differs else ", ".join(chain.differs[:6])
            print(f"{chain.deed} {chain.number}: killed {chain.kills} times, {words}", flush=True)
    kills = sum(chain.kills for chain in chains)
    equal = sum(chain.kills for chain in chains if not chain.differs)
    if args.keep:
        _keep(chains, args.seed)
    print(f"kills {kills}, equal {equal}")
    return 0 if kills == equal else 1


def _chains(args: argparse.Namespace, scratch: Path) -> Iterator[Chain]:
    if args.run or args.renames:
        run = run_deed(scratch / "run")
        yield from _killed(run, args.run, args.seed)
        yield from _killed_at_renames(run, args.renames, args.seed)
    if args.fetch:
        with fetch_deed(scratch / "fetch") as fetch:
            yield from _killed(fetch, args.fetch, args.seed)
            yield from _killed_at_renames(fetch, min(args.fetch, args.renames), args.seed)
    if args.train:
        train = train_deed(scratch / "train")
        yield from _killed(train, args.train, args.seed)
        yield from _killed_at_renames(train, min(args.train, args.renames), args.seed)
    left = args.review
    for number in itertools.count():
        if left <= 0:
            return
        kills = min(left, _SUCCESSION[number % len(_SUCCESSION)])
        found = review_chain(scratch / "review", args.seed, number, kills)
        yield Chain("review", number, kills, found)
        left -= kills


def _killed(deed: Deed, kills: int, seed: int) -> Iterator[Chain]:
    """Kill at moments of CPU time."""

    def kill(words: list[str], number: int, moments: random.Random) -> bool:
        return Child(words).killed_at(moments.uniform(0, deed.cpu_s(number)))

    yield from _chains_of(deed, kills, f"{seed} {deed.name}", kill)


def _killed_at_renames(deed: Deed, kills: int, seed: int) -> Iterator[Chain]:
    """Kill where a file is finished and has no name yet, or has just got it."""
    names = renames_of(deed.words(deed.folder / "counted", 0)) if kills else 0

    def kill(words: list[str], _: int, moments: random.Random) -> bool:
        place, after = moments.randint(1, names), moments.random() < _AFTER
        return Child(words, rename=place, after=after).wait() == -signal.SIGKILL

    at_names = replace(deed, name=f"{deed.name} at a rename")
    yield from _chains_of(at_names, kills, f"{seed} {at_names.name}", kill)


def _chains_of(deed: Deed, kills: int, words: str, kill: Kill) -> Iterator[Chain]:
    """Chains until there were so many kills; one whose command comes to its end is over."""
    for number in itertools.count():
        if kills <= 0:
            return
        moments = random.Random(f"{words} {number}")  # noqa: S311 - nothing is secret
        wanted = min(kills, _SUCCESSION[number % len(_SUCCESSION)])
        command = deed.words(deed.folder / f"{number}", number)
        done = sum(
            itertools.takewhile(bool, (kill(command, number, moments) for _ in range(wanted)))
        )
        yield _finished(deed, number, done)
        kills -= done


def _finished(deed: Deed, number: int, kills: int) -> Chain:
    """Let a chain come to its end, and compare."""
    out = deed.folder / f"{number}"
    wrong = deed.wrong(Child(deed.words(out, number)).wait(), out)
    shutil.rmtree(out, ignore_errors=True)
    return Chain(deed.name, number, kills, wrong)


def _keep(chains: list[Chain], seed: int) -> None:
    deeds = sorted({chain.deed for chain in chains})
    kept = {
        "machine": {**machine(), "load": os.getloadavg()[0]},
        "date": time.strftime("%Y-%m-%d"),
        "seed": seed,
        "deeds": {
            deed: {
                "chains": sum(chain.deed == deed for chain in chains),
                "kills": sum(chain.kills for chain in chains if chain.deed == deed),
                "equal": sum(
                    chain.kills for chain in chains if chain.deed == deed and not chain.differs
                ),
            }
            for deed in deeds
        },
        "unequal": [chain._asdict() for chain in chains if chain.differs],
    }
    RESULTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=17)
    for name, kills in (("run", 100), ("renames", 40), ("fetch", 20), ("train", 10)):
        parser.add_argument(f"--{name}", type=int, default=kills, metavar="KILLS")
    parser.add_argument("--review", type=int, default=20, metavar="KILLS")
    parser.add_argument("--scratch", type=Path, help="where the folders go, and are removed")
    parser.add_argument("--keep", action="store_true", help="keep the counts in results/")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
