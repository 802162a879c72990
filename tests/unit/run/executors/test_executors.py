"""All executors give each task its result; a worker's death costs a retry, not the run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

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


_ENDLESS = """
import os, time
from breastdce.run.executors.processes import Processes

def endless(task):
    print(os.getpid(), flush=True)
    time.sleep(600)

if __name__ == "__main__":
    list(Processes(2).run(endless, [1, 2]))
"""


def is_alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] != "Z"


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
def test_killed_run_leaves_no_worker_behind(tmp_path):
    script = tmp_path / "endless.py"
    script.write_text(_ENDLESS, encoding="utf-8")
    process = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    workers = [int(process.stdout.readline()) for _ in range(2)]
    assert all(map(is_alive, workers))
    process.kill()
    process.wait()
    process.stdout.close()
    deadline = time.monotonic() + 20
    while any(map(is_alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(is_alive, workers))
