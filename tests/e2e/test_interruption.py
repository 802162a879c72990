"""A run that is killed, repeated, or spread over a cluster ends in the same data set."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from breastdce.dataset.validate import validate
from tests.e2e.conftest import digests, run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("tiny")]


def start(*words):
    # Its own process group, so that the workers can be killed with it, as in a power cut.
    command = [sys.executable, "-m", "breastdce", *map(str, words)]
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def kill(process, *, workers_too):
    if workers_too:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def test_killed_three_times_then_finished_equals_an_undisturbed_run(tiny_cohort, fast, tmp_path):
    calm, wild = tmp_path / "calm", tmp_path / "wild"
    started = time.monotonic()
    assert (
        start("run", tiny_cohort / "dicom", calm, "--recipe", fast).wait(timeout=300) == 1
    )  # one is excluded
    length = time.monotonic() - started
    moments = random.Random(7)
    for number in range(3):
        process = start("run", tiny_cohort / "dicom", wild, "--recipe", fast)
        time.sleep(moments.uniform(0.2, 0.9) * length)
        kill(process, workers_too=number != 1)
    assert start("run", tiny_cohort / "dicom", wild, "--recipe", fast).wait(timeout=300) == 1
    assert digests(wild) == digests(calm)
    assert not list(wild.rglob(".tmp-*"))
    assert not any((wild / ".breastdce" / "tmp").glob("*"))
    assert validate(wild) == []


def test_two_runs_at_once_on_one_folder_harm_nothing(tiny_cohort, fast, tmp_path):
    out, calm = tmp_path / "shared", tmp_path / "calm"
    both = [start("run", tiny_cohort / "dicom", out, "--recipe", fast) for _ in range(2)]
    assert [process.wait(timeout=300) for process in both] == [1, 1]
    run(tiny_cohort / "dicom", out=calm, recipe=fast)
    assert digests(out) == digests(calm)


@pytest.fixture
def cluster():
    distributed = pytest.importorskip("distributed")
    # Workers are processes under nannies, as on a real cluster: a killed one is started again.
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        scheduler_port=0,
        dashboard_address="127.0.0.1:0",  # None still asks for port 8787
    ) as cluster:
        yield cluster


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_cluster_gives_the_same_digests_as_this_machine(cluster, tiny_cohort, fast, tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    run(tiny_cohort / "dicom", out=here, recipe=fast)
    run(tiny_cohort / "dicom", out=there, recipe=fast, scheduler=cluster.scheduler_address)
    assert digests(there) == digests(here)


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_worker_killed_in_mid_exam_costs_a_retry_not_the_run(cluster, tiny_cohort, fast, tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    run(tiny_cohort / "dicom", out=here, recipe=fast)
    process = start(
        *("run", tiny_cohort / "dicom", there, "--recipe", fast),
        *("--scheduler", cluster.scheduler_address),
    )
    status = there / ".breastdce" / "status"
    deadline = time.monotonic() + 120
    while not (status.exists() and any(status.glob("*.json"))) and time.monotonic() < deadline:
        time.sleep(0.02)
    victim = next(iter(cluster.workers.values()))
    os.kill(victim.process.pid, signal.SIGKILL)
    assert process.wait(timeout=300) == 1
    assert digests(there) == digests(here)


def test_no_scheduler_at_the_address_is_a_wrong_call(tiny_cohort, fast, tmp_path):
    process = start(
        "run", tiny_cohort / "dicom", tmp_path / "out", "--scheduler", "tcp://127.0.0.1:9"
    )
    assert process.wait(timeout=120) == 2
