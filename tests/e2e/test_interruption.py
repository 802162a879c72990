"""A run that is killed, repeated, or spread over a cluster ends in the same data set."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.e2e.conftest import digests
from tests.killed_writer import die_at_rename, die_writing

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


@pytest.fixture(scope="module")
def few(tiny_cohort, coarse, tmp_path_factory):
    """The words of a run that takes seconds: two exams, on a grid of 4 mm."""
    folder = tmp_path_factory.mktemp("few")
    shutil.copytree(tiny_cohort / "dicom" / "inbox", folder / "dicom" / "inbox")
    one = "archive/PHANTOM-01"
    shutil.copytree(tiny_cohort / "dicom" / one, folder / "dicom" / one)
    return ("run", folder / "dicom", "--recipe", coarse, "--jobs", "1")


class Calm(NamedTuple):
    """Where an undisturbed run was, and how long it took."""

    folder: Path
    seconds: float


@pytest.fixture(scope="module")
def calm(few, tmp_path_factory) -> Calm:
    folder = tmp_path_factory.mktemp("calm")
    started = time.monotonic()
    assert start(*few, folder / "out").wait(timeout=300) == 0
    return Calm(folder, time.monotonic() - started)


def test_killed_three_times_then_finished_equals_an_undisturbed_run(few, calm, tmp_path):
    words, moments = (*few, tmp_path / "out"), random.Random(7)
    for number in range(3):
        process = start(*words)
        time.sleep(moments.uniform(0.2, 0.9) * calm.seconds)
        kill(process, workers_too=number != 1)
    assert start(*words).wait(timeout=300) == 0
    assert digests(tmp_path) == digests(calm.folder)
    assert unfinished(tmp_path) == []


def unfinished(folder):
    tmp = folder / "out" / ".breastdce" / "tmp"
    return [*folder.rglob(".tmp-*"), *tmp.glob("*"), *folder.glob("out/.breastdce/status/*")]


@pytest.mark.parametrize("number", [24])
def test_killed_between_a_finished_file_and_its_name(few, calm, tmp_path, number):
    words = (*few, tmp_path / "out")
    assert die_at_rename(number, *words) == -signal.SIGKILL
    assert unfinished(tmp_path)
    assert start(*words).wait(timeout=300) == 0
    assert digests(tmp_path) == digests(calm.folder)
    assert unfinished(tmp_path) == []


def test_what_killed_writers_left_of_any_file_is_gone_after_a_run_with_nothing_to_do(few, calm):
    out = calm.folder / "out"
    exam = "sub-PHANTOM01_ses-1"
    before = digests(calm.folder)
    for name in (
        *("exams.tsv", "features/captk.tsv", "schemas/exams.json", "report/index.html"),
        *(f"report/exams/{exam}.html", f"report/figures/{exam}.png", "report/figures/flow.svg"),
        *(f"sub-PHANTOM01/ses-1/masks/{exam}_ftv.nii.gz", "../out-pseudonyms.tsv"),
        *(f".breastdce/seen/{exam}.msgpack", f".breastdce/published/{exam}.json"),
        *(".breastdce/standing.json", ".breastdce/sums.msgpack"),
    ):
        die_writing(out / name)
    assert len(unfinished(calm.folder)) == 13
    assert start(*few, out).wait(timeout=300) == 0
    assert unfinished(calm.folder) == []
    assert digests(calm.folder) == before


def test_two_runs_at_once_on_one_folder_harm_nothing(few, calm, tmp_path):
    both = [start(*few, tmp_path / "out") for _ in range(2)]
    assert [process.wait(timeout=300) for process in both] == [0, 0]
    assert digests(tmp_path) == digests(calm.folder)


def test_run_and_report_at_once_on_one_folder_harm_nothing(few, calm):
    out = calm.folder / "out"
    before = digests(calm.folder)
    shutil.rmtree(out / ".breastdce" / "published")  # both write the pages, and all else
    both = [start(*few, out), start("report", out)]
    assert [process.wait(timeout=300) for process in both] == [0, 0]
    assert digests(calm.folder) == before
    assert unfinished(calm.folder) == []


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_worker_killed_in_mid_exam_costs_a_retry_not_the_run(few, calm, tmp_path):
    """Otherwise a cluster leaves the same bytes as one machine."""
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
        process = start(*few, tmp_path / "out", "--scheduler", cluster.scheduler_address)
        status = tmp_path / "out" / ".breastdce" / "status"
        deadline = time.monotonic() + 120
        while not (status.exists() and any(status.glob("*.json"))) and time.monotonic() < deadline:
            time.sleep(0.02)
        victim = next(iter(cluster.workers.values()))
        os.kill(victim.process.pid, signal.SIGKILL)
        assert process.wait(timeout=300) == 0
    assert digests(tmp_path) == digests(calm.folder)


def test_no_scheduler_at_the_address_is_a_wrong_call(tiny_cohort, tmp_path):
    process = start(
        "run", tiny_cohort / "dicom", tmp_path / "out", "--scheduler", "tcp://127.0.0.1:9"
    )
    assert process.wait(timeout=120) == 2
