"""Work is spread over processes, bounded and in order."""

from __future__ import annotations

import os
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any

import pytest

from breastdce.core.workers import available_cores, in_order


class Pool(ProcessPoolExecutor):
    """Runs each task at once, and counts them; a pool starts no process before it is asked to."""

    submitted = 0

    def submit(self, call, /, *tasks, **_more):
        self.submitted += 1
        future: Future[Any] = Future()
        try:
            future.set_result(call(*tasks))
        except ZeroDivisionError as error:
            future.set_exception(error)
        return future


def test_results_are_in_the_order_of_the_tasks():
    assert list(in_order(Pool(), str, range(9), ahead=4)) == list("012345678")


def test_no_more_tasks_than_asked_for_are_ahead():
    pool = Pool()
    for taken, _ in enumerate(in_order(pool, str, range(1000), ahead=4)):
        assert pool.submitted - taken <= 4


def test_tasks_are_drawn_as_they_are_needed():
    drawn = []

    def tasks():
        for number in range(1000):
            drawn.append(number)
            yield number

    next(in_order(Pool(), str, tasks(), ahead=4))
    assert len(drawn) <= 5


def test_what_a_task_raises_is_raised():
    with pytest.raises(ZeroDivisionError):
        list(in_order(Pool(), lambda number: 1 // number, range(3), ahead=2))


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="a system without affinity")
def test_cores_are_those_this_process_may_use():
    allowed = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(allowed)})
        assert available_cores() == 1
    finally:
        os.sched_setaffinity(0, allowed)


def test_where_a_system_has_no_affinity_all_cores_count(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert available_cores() == os.cpu_count()
