"""Exams on a cluster: a scheduler and a worker of this machine, each a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError
from breastdce.run.executors._contract import WorkerLost
from breastdce.run.executors.dask import Dask

ROOT = Path(__file__).resolve().parents[4]
_CLUSTER = """
import sys
import dask
from distributed import LocalCluster

if __name__ == "__main__":
    dask.config.set({"distributed.scheduler.allowed-failures": 0})
    with LocalCluster(
        n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


def double(task):
    return 2 * task


def die(task):
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory) -> Iterator[str]:
    script = tmp_path_factory.mktemp("cluster") / "cluster.py"
    script.write_text(_CLUSTER, encoding="utf-8")
    # Workers find the functions of this file.
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    with subprocess.Popen(
        [sys.executable, script],
        env=os.environ | {"PYTHONPATH": paths},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # tells of each worker's death at length
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()


@pytest.mark.slow
def test_every_task_gets_its_result(scheduler):
    assert dict(Dask(scheduler).run(double, range(4))) == {0: 0, 1: 2, 2: 4, 3: 6}


@pytest.mark.slow
def test_task_that_kills_its_worker_is_given_up_and_later_ones_are_done(scheduler):
    [(task, lost)] = Dask(scheduler).run(die, [1])
    assert task == 1
    assert isinstance(lost, WorkerLost)
    assert list(Dask(scheduler).run(double, [1])) == [(1, 2)]


def test_no_tasks_are_no_results(scheduler):
    assert list(Dask(scheduler).run(double, [])) == []


def test_what_is_no_address_of_a_scheduler_is_a_wrong_call():
    with pytest.raises(CallError) as caught:
        next(Dask("morse://10.0.0.1").run(double, [1]))
    assert caught.value.code is ErrorCode.CALL_INVALID
    assert caught.value.evidence["address"] == "morse://10.0.0.1"
