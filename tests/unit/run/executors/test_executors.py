"""All executors give each task its result; a worker's death costs a retry, not the run."""

from __future__ import annotations

import os
import signal

import pytest

from breastdce.run.executors._contract import WorkerLost
from breastdce.run.executors.processes import Processes
from breastdce.run.executors.serial import Serial


def double(task):
    return 2 * task[0]


def die_once(task):
    number, marker = task
    if number == 1 and not marker.exists():
        marker.write_text("died", encoding="utf-8")
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def die_always(task):
    if task[0] == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * task[0]


def tasks(tmp_path):
    return [(number, tmp_path / "marker") for number in range(4)]


def results(executor, call, given):
    return {task[0]: result for task, result in executor.run(call, given)}


@pytest.mark.parametrize("executor", [Serial(), Processes(1)], ids=["serial", "processes"])
def test_every_task_gets_its_result(executor, tmp_path):
    assert results(executor, double, tasks(tmp_path)) == {0: 0, 1: 2, 2: 4, 3: 6}


@pytest.mark.slow
def test_worker_that_dies_once_costs_a_retry(tmp_path):
    assert results(Processes(2), die_once, tasks(tmp_path)) == {0: 0, 1: 2, 2: 4, 3: 6}


@pytest.mark.slow
def test_task_that_kills_its_worker_is_given_up_and_the_others_go_on(tmp_path):
    found = results(Processes(2), die_always, tasks(tmp_path))
    assert isinstance(found.pop(1), WorkerLost)
    assert found == {0: 0, 2: 4, 3: 6}
