"""What a command and all its processes cost: wall and CPU time, memory together."""

from __future__ import annotations

import os
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_EVERY_S = 0.5


@dataclass
class Cost:
    """Filled in when the block ends."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    """User and system time of every child that has ended, and of theirs."""
    peak_mb: float = 0.0
    """Largest sum of proportional set sizes (PSS: a shared page counts once in all) of every child,
    seen twice a second."""


@contextmanager
def measured() -> Iterator[Cost]:
    """Measure what children of this process use until the block ends."""
    cost = Cost()
    stop = threading.Event()
    watcher = threading.Thread(target=_watch, args=(cost, stop), daemon=True)
    watcher.start()
    start, before = time.perf_counter(), _children_s()
    try:
        yield cost
    finally:
        stop.set()
        watcher.join()
        cost.wall_s = time.perf_counter() - start
        cost.cpu_s = _children_s() - before


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _watch(cost: Cost, stop: threading.Event) -> None:
    while not stop.wait(_EVERY_S):
        total = sum(_pss_kb(pid) for pid in _descendants(os.getpid()))
        cost.peak_mb = max(cost.peak_mb, total / 1024)


def _descendants(root: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _read(entry / "stat")):
            parent = int(stat.rpartition(")")[2].split()[1])
            parents.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def _pss_kb(pid: int) -> int:
    lines = _read(Path(f"/proc/{pid}/smaps_rollup")).splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _read(path: Path) -> str:
    """Text of a file of /proc; empty where the process has ended."""
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


def size_mb(folder: Path) -> float:
    """Space of all files below a folder on disk, whole blocks."""
    files = (path.lstat() for path in folder.rglob("*") if path.is_file())
    return sum(stat.st_blocks * 512 for stat in files) / 1e6
