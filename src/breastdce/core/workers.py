"""Cores of this machine, and processes on them that end when their parent does."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing.process import BaseProcess

T = TypeVar("T")
R = TypeVar("R")


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def worker_pool(jobs: int) -> ProcessPoolExecutor:
    """Make a pool of `jobs` processes.

    Interpreters are fresh, since a fork of a process with threads may hang, and ITK has threads.
    When the parent is killed they end too, so that a killed run leaves no process behind.
    """
    # Loaded here, since who asks for the number of cores alone does not need them.
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_end_with_parent)


def in_order(
    pool: ProcessPoolExecutor, call: Callable[[T], R], tasks: Iterable[T], *, ahead: int
) -> Iterator[R]:
    """Yield results in the order of the tasks.

    At most `ahead` tasks are with the workers or wait to be yielded, so memory is bounded however
    many there are. What a task raises is raised here.
    """
    under_way: deque[Future[R]] = deque()
    for task in tasks:
        if len(under_way) >= ahead:
            yield under_way.popleft().result()
        under_way.append(pool.submit(call, task))
    while under_way:
        yield under_way.popleft().result()


def _end_with_parent() -> None:
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    from multiprocessing import parent_process

    cast("BaseProcess", parent_process()).join()  # a worker has one
    os._exit(1)
