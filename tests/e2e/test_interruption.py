"""A run that is killed, repeated, or spread over a cluster ends in the same data set."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from importlib import resources

import pytest

from breastdce.dataset.validate import validate
from tests.e2e.conftest import digests, run
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


@pytest.fixture(scope="module")
def few(tiny_cohort, tmp_path_factory):
    """The words of a run that takes seconds: two exams, on a grid of 4 mm."""
    folder = tmp_path_factory.mktemp("few")
    shutil.copytree(tiny_cohort / "dicom" / "inbox", folder / "dicom" / "inbox")
    one = "archive/PHANTOM-01"
    shutil.copytree(tiny_cohort / "dicom" / one, folder / "dicom" / one)
    text = resources.files("breastdce.run.recipes").joinpath("ispy1.toml").read_text()
    text = text.replace('field = "per_phase"', 'field = "per_phase", iterations = [2]')
    text = text.replace('stage = "resample"', 'stage = "resample"\nparams = { spacing_mm = 4.0 }')
    (folder / "coarse.toml").write_text(text, encoding="utf-8")
    return ("run", folder / "dicom", "--recipe", folder / "coarse.toml", "--jobs", "1")


@pytest.fixture(scope="module")
def calm(few, tmp_path_factory):
    folder = tmp_path_factory.mktemp("calm")
    assert start(*few, folder / "out").wait(timeout=300) == 0
    return folder


def unfinished(folder):
    tmp = folder / "out" / ".breastdce" / "tmp"
    return [*folder.rglob(".tmp-*"), *tmp.glob("*"), *folder.glob("out/.breastdce/status/*")]


@pytest.mark.parametrize("number", [24])
def test_killed_between_a_finished_file_and_its_name(few, calm, tmp_path, number):
    words = (*few, tmp_path / "out")
    assert die_at_rename(number, *words) == -signal.SIGKILL
    assert unfinished(tmp_path)
    assert start(*words).wait(timeout=300) == 0
    assert digests(tmp_path) == digests(calm)
    assert unfinished(tmp_path) == []


def test_what_killed_writers_left_of_any_file_is_gone_after_a_run_with_nothing_to_do(few, calm):
    out = calm / "out"
    exam = "sub-PHANTOM01_ses-1"
    before = digests(calm)
    for name in (
        *("exams.tsv", "features/captk.tsv", "schemas/exams.json", "report/index.html"),
        *(f"report/exams/{exam}.html", f"report/figures/{exam}.png", "report/figures/flow.svg"),
        *(f"sub-PHANTOM01/ses-1/masks/{exam}_ftv.nii.gz", "../out-pseudonyms.tsv"),
        *(f".breastdce/seen/{exam}.msgpack", f".breastdce/published/{exam}.json"),
        *(".breastdce/standing.json", ".breastdce/sums.msgpack"),
    ):
        die_writing(out / name)
    assert len(unfinished(calm)) == 13
    assert start(*few, out).wait(timeout=300) == 0
    assert unfinished(calm) == []
    assert digests(calm) == before


def test_two_runs_at_once_on_one_folder_harm_nothing(tiny_cohort, fast, tmp_path):
    out, calm = tmp_path / "shared", tmp_path / "calm"
    both = [start("run", tiny_cohort / "dicom", out, "--recipe", fast) for _ in range(2)]
    assert [process.wait(timeout=300) for process in both] == [1, 1]
    run(tiny_cohort / "dicom", out=calm, recipe=fast)
    assert digests(out) == digests(calm)


def test_run_and_report_at_once_on_one_folder_harm_nothing(few, calm):
    out = calm / "out"
    before = digests(calm)
    shutil.rmtree(out / ".breastdce" / "published")  # both write the pages, and all else
    both = [start(*few, out), start("report", out)]
    assert [process.wait(timeout=300) for process in both] == [0, 0]
    assert digests(calm) == before
    assert unfinished(calm) == []


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
