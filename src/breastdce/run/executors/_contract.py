"""Where exams are computed. A task is small and picklable; arrays travel through files only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class WorkerLost(Exception):
    """The process that computed a task died, more than once: memory ran out, or it was killed."""


class Executor(Protocol):
    """Computes tasks somewhere and hands back what became of them."""

    def run(self, call: Callable[[T], R], tasks: Sequence[T]) -> Iterator[tuple[T, R | WorkerLost]]:
        """Call `call` on each task and yield each task with its result as it is done.

        A task whose worker dies is tried again; one that takes its worker down every time yields
        WorkerLost. `call` itself must not raise for what concerns a single task.
        """
        ...
