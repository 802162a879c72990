"""One process that damages, looks and judges; a line of JSON before and after each mutant.

    python benchmarks/hostile_worker.py scan SEED FIRST STEP COUNT [SCENE ...]

Its memory is limited; whoever started it limits its time.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import sys
import tempfile
import traceback
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TextIO

import numpy as np
from hostile_answers import Answer, Outcome, judge, scan_answer
from hostile_run import run_answer
from hostile_scenes import scenes, write_files

from breastdce.core.errors import BreastDceError
from breastdce.testing.damage._contract import DAMAGES, Changes, Damage, Scene

MEMORY_BYTES = 4 << 30
LARGEST_PEAK_KIB = 2 << 20
ODD, BESIDE = "odd", "beside_damaged"
Look = Callable[[Path, Scene, Changes], Answer]


class Mutant(NamedTuple):
    """A damaged exam."""

    damage: Damage
    scene: Scene
    changes: Changes


def mutant(seed: int, number: int, known: dict[str, Scene]) -> Mutant:
    """The mutant that two numbers and the scenes give."""
    kinds = DAMAGES.names()
    damage = DAMAGES.get(kinds[number % len(kinds)])
    rng = np.random.default_rng([seed, number, zlib.crc32(damage.name.encode())])
    # The odd files take long to scan, and only what lies beside an exam needs them.
    names = sorted(name for name in known if (name == ODD) is (damage.name == BESIDE)) or [*known]
    scene = known[names[int(rng.integers(len(names)))]]
    return Mutant(damage, scene, damage.damage(scene, rng))


class Tree:
    """A scene on disk that is damaged and mended again; unchanged files are links to clean ones."""

    def __init__(self, folder: Path, scene: Scene) -> None:
        self.root, self._clean = folder / "in", folder.with_suffix(".clean")
        self._scene = scene
        write_files(self._clean, dict(scene.files))
        shutil.copytree(self._clean, self.root, copy_function=os.link)

    def damage(self, changes: Changes) -> None:
        """Write what changed."""
        for name, content in changes.items():
            path = self.root / name
            path.unlink(missing_ok=True)
            if content is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)

    def mend(self, changes: Changes) -> None:
        """Take back what changed, and what was written beside the tree."""
        for name in changes:
            path = self.root / name
            path.unlink(missing_ok=True)
            if name in self._scene.files:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.hardlink_to(self._clean / name)
        for path in set(self.root.parent.iterdir()) - {self.root}:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def attempt(look: Look, root: Path, made: Mutant, clean: Answer, *, pixels: bool) -> list[str]:
    """Outcome of one mutant and why."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        answer = look(root, made.scene, made.changes)
    except BreastDceError as error:
        answer = Answer(0, "", {f"call {error.code}": 1})
    except MemoryError:
        return [Outcome.MEMORY, "MemoryError"]
    except Exception:  # noqa: BLE001 - any is a finding
        return [Outcome.TRACEBACK, traceback.format_exc(limit=-6)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if peak > max(before, LARGEST_PEAK_KIB):  # not for what this process did earlier
        return [Outcome.MEMORY, f"peak {peak >> 10} MiB"]
    return list(judge(made.damage.expects_of(pixels=pixels), clean, answer))


def main() -> None:
    """Work through the numbers of this process."""
    mode, seed, first, step, count, *names = sys.argv[1:]
    # The program may print what it likes: our lines go their own way.
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    with tempfile.TemporaryDirectory(dir=_memory()) as folder:
        numbers = range(int(first), int(count), int(step))
        _work(Path(folder), mode, int(seed), numbers, names, lines)


def _memory() -> str | None:
    """A folder in memory where there is one: what is tested is no disk."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108


def _work(
    folder: Path, mode: str, seed: int, numbers: range, names: list[str], lines: TextIO
) -> None:
    known = scenes(names)
    look: Look = scan_answer if mode == "scan" else run_answer
    trees = {name: Tree(folder / name, scene) for name, scene in known.items()}
    clean: dict[str, Answer] = {}
    for name, tree in trees.items():
        clean[name] = look(tree.root, known[name], {})
        tree.mend({})
    _say(lines, {"ready": sorted(known), "exams": {n: a.exams for n, a in clean.items()}})
    for number in numbers:
        made = mutant(seed, number, known)
        name, tree = made.scene.name, trees[made.scene.name]
        where = {"n": number, "kind": made.damage.name, "scene": name}
        _say(lines, where)
        tree.damage(made.changes)
        outcome = attempt(look, tree.root, made, clean[name], pixels=mode == "run")
        _say(lines, {**where, "outcome": outcome[0], "why": outcome[1]})
        tree.mend(made.changes)


def _say(lines: TextIO, told: dict[str, object]) -> None:
    lines.write(json.dumps(told) + "\n")
    lines.flush()


if __name__ == "__main__":
    main()
