"""Processes on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from breastdce.core.workers import worker_pool
from breastdce.run.executors._contract import WorkerLost

T = TypeVar("T")
R = TypeVar("R")


class Processes:
    """A pool of fresh processes.

    When a worker dies the whole pool is lost, and nobody knows which task did it. So the tasks
    that were left are tried again one at a time, each in a process of its own; the one that
    dies again is given up, the others go on.
    """

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs

    def run(self, call: Callable[[T], R], tasks: Sequence[T]) -> Iterator[tuple[T, R | WorkerLost]]:
        """See `Executor.run`."""
        left = dict(enumerate(tasks))
        for number, result in self._side_by_side(call, dict(left)):
            yield left.pop(number), result
        for task in left.values():
            yield task, self._alone(call, task)

    def _side_by_side(self, call: Callable[[T], R], tasks: dict[int, T]) -> Iterator[tuple[int, R]]:
        with worker_pool(self._jobs) as pool:
            futures: dict[Future[R], int] = {}
            try:
                futures = {pool.submit(call, task): number for number, task in tasks.items()}
                for future in as_completed(futures):
                    yield futures[future], future.result()
            except BrokenProcessPool:
                return
            finally:
                for future in futures:
                    future.cancel()

    def _alone(self, call: Callable[[T], R], task: T) -> R | WorkerLost:
        with worker_pool(1) as pool:
            try:
                return pool.submit(call, task).result()
            except BrokenProcessPool:
                return WorkerLost("the process that computed it died twice")
