"""In this process, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from breastdce.run.executors._contract import WorkerLost

T = TypeVar("T")
R = TypeVar("R")


class Serial:
    """No processes: for one exam, for debugging."""

    def run(self, call: Callable[[T], R], tasks: Sequence[T]) -> Iterator[tuple[T, R | WorkerLost]]:
        """See `Executor.run`; a dead worker is a dead program here."""
        for task in tasks:
            yield task, call(task)
