"""How far the work is: exams done, steps of the exams in work, time left.

Workers say where they are in small files of the store, so that processes on this machine and on a
cluster report in the same way.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from msgspec import structs
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

_COMPILING = "compiling for this machine, once: about a minute"


class Position(msgspec.Struct, frozen=True):
    """Where one exam is."""

    step: int
    """Steps finished."""
    name: str
    """Stage in work."""
    compiling: bool = False
    """Whether it waits for its loops to be compiled."""


class StatusFile:
    """One worker's side: where its exam is."""

    def __init__(self, folder: Path, exam: str) -> None:
        self._path = folder / f"{exam}.json"
        self._at = Position(0, "")

    def __call__(self, step: int, name: str) -> None:
        """Say that `step` steps are done and the stage `name` is in work."""
        self._say(Position(step, name))

    def compiling(self) -> None:
        """Say that the stage in work waits for its loops to be compiled."""
        self._say(structs.replace(self._at, compiling=True))

    def clear(self) -> None:
        """Say that the exam is no longer in work."""
        with suppress(OSError):  # on a disk that has become read-only it stays
            self._path.unlink(missing_ok=True)

    def _say(self, position: Position) -> None:
        self._at = position
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_bytes(msgspec.json.encode(position))


class ExamProgress:
    """The reader's side: a bar on a terminal, a line per exam elsewhere."""

    def __init__(self, console: Console, folder: Path, exams: int, steps: int) -> None:
        self._console, self._folder = console, folder
        self._exams, self._steps = exams, steps
        self._done = 0
        self._said_compiling = False
        self.bar = _bar(console)
        self._task = self.bar.add_task("exams", total=exams * steps)

    def exam_done(self, exam: str, words: str) -> None:
        """One exam is through; `words` say how."""
        self._done += 1
        self._console.print(f"[{self._done}/{self._exams}] {exam}  {words}", highlight=False)
        self.refresh()

    def refresh(self) -> None:
        """Move the bar to where the workers are."""
        working = dict(self._positions())
        if not self._said_compiling and any(position.compiling for position in working.values()):
            self._said_compiling = True
            self._console.print(_COMPILING, highlight=False)
        steps = self._done * self._steps + sum(position.step for position in working.values())
        words = ", ".join(
            f"{exam} {position.name}" for exam, position in sorted(working.items())[:2]
        )
        self.bar.update(self._task, completed=steps, description=words or "exams")

    def _positions(self) -> Iterator[tuple[str, Position]]:
        for path in sorted(self._folder.glob("*.json")):
            try:
                yield path.stem, msgspec.json.decode(path.read_bytes(), type=Position)
            except (OSError, msgspec.DecodeError):
                continue  # the worker has just finished, or is writing


@contextmanager
def exam_progress(console: Console, folder: Path, exams: int, steps: int) -> Iterator[ExamProgress]:
    """Show progress while the body runs; nothing but lines is printed when not on a terminal."""
    progress = ExamProgress(console, folder, exams, steps)
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.5):
            progress.refresh()

    watcher = threading.Thread(target=watch, daemon=True)
    with progress.bar:
        watcher.start()
        try:
            yield progress
        finally:
            over.set()
            watcher.join()


@contextmanager
def count_progress(console: Console, what: str) -> Iterator[CountBar]:
    """Show a counter with time left while the body runs."""
    bar = _bar(console)
    with bar:
        yield CountBar(bar, what)


class CountBar:
    """Callable (done, total) that moves a bar, at most ten times a second."""

    def __init__(self, bar: Progress, what: str) -> None:
        self._bar = bar
        self._task = bar.add_task(what, total=None)
        self._last = 0.0

    def __call__(self, done: int, total: int) -> None:
        """Say that `done` of `total` are finished."""
        now = time.monotonic()
        if done == total or now - self._last > 0.1:
            self._last = now
            self._bar.update(self._task, completed=done, total=total)


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
