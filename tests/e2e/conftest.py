"""The demo cohort, run once for all end-to-end tests, and what they share."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import pytest
from rich.console import Console

from breastdce.cli.main import main
from breastdce.run.job import JobOptions, JobSummary, run_job
from breastdce.testing import write_cohort


def quiet() -> Console:
    return Console(file=io.StringIO())


def run(*roots: Path, out: Path, **options) -> JobSummary:
    """The main job without a word."""
    return run_job(JobOptions(roots=roots, out=out, **options), quiet())


class Said(NamedTuple):
    """What a command line left, named as of `subprocess.run`."""

    returncode: int
    stdout: str
    stderr: str


def call(*words: object, cwd: Path | None = None) -> Said:
    """The command line `breastdce WORDS`, in this process: its start would take seconds."""
    out, err = io.StringIO(), io.StringIO()
    with chdir(cwd or "."), redirect_stdout(out), redirect_stderr(err):
        try:
            status = main([str(word) for word in words])
        except SystemExit as end:  # argparse
            status = int(str(end.code))
    return Said(status, out.getvalue(), err.getvalue())


def rows(path: Path) -> list[dict[str, str]]:
    """A TSV table as text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def digests(out: Path) -> dict[str, str]:
    """Every file of a data set with the digest of its bytes, the store left out."""
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file() and ".breastdce" not in path.parts
    }


@pytest.fixture(scope="session")
def cohort(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("cohort")
    write_cohort(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_cohort(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    write_cohort(folder, size="tiny")
    return folder


@pytest.fixture(scope="session")
def fast(tmp_path_factory) -> str:
    """A recipe for tests of the runner: the same steps, N4 with few iterations."""
    path = tmp_path_factory.mktemp("recipe") / "fast.toml"
    text = resources.files("breastdce.run.recipes").joinpath("ispy1.toml").read_text()
    text = text.replace('field = "per_phase"', 'field = "per_phase", iterations = [3, 3]')
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.fixture(scope="session")
def finished(tiny_cohort, fast, tmp_path_factory) -> Path:
    """The data set of the tiny cohort by the recipe `fast`; not to be changed."""
    out = tmp_path_factory.mktemp("finished") / "dataset"
    run(tiny_cohort / "dicom", out=out, recipe=fast)
    return out


@pytest.fixture(scope="session")
def coarse(fast, tmp_path_factory) -> str:
    """A recipe for tests to which images are no matter: a grid of 4 mm."""
    path = tmp_path_factory.mktemp("recipe") / "coarse.toml"
    text = Path(fast).read_text(encoding="utf-8").replace("iterations = [3, 3]", "iterations = [2]")
    text = text.replace('stage = "resample"', 'stage = "resample"\nparams = { spacing_mm = 4.0 }')
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.fixture(scope="session")
def masking(fast, tmp_path_factory) -> str:
    """The recipe `fast` with a mask of the breasts."""
    step = '[[step]]\nstage = "voi"\n'
    path = tmp_path_factory.mktemp("recipe") / "masking.toml"
    text = Path(fast).read_text(encoding="utf-8")
    path.write_text(text.replace(step, f'[[step]]\nstage = "breast"\n\n{step}'), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="session")
def bundle(tmp_path_factory) -> Path:
    """A model that has learned nothing."""
    from tests.e2e.made_model import made_bundle

    return made_bundle(tmp_path_factory.mktemp("bundle") / "model")


@pytest.fixture(scope="session")
def outlined(tiny_cohort, masking, bundle, tmp_path_factory) -> Path:
    """A data set whose tumors that model has outlined."""
    out = tmp_path_factory.mktemp("outlined") / "dataset"
    summary = run(tiny_cohort / "dicom", out=out, recipe=masking, model=bundle, keep_ids=True)
    assert all(outcome.in_dataset for outcome in summary.outcomes)
    return out


@pytest.fixture(scope="session")
def demo(cohort, tmp_path_factory) -> Path:
    """The data set of the demo cohort."""
    out = tmp_path_factory.mktemp("demo") / "dataset"
    run(cohort / "dicom", out=out)
    return out


@pytest.fixture(scope="session")
def duke(data: Callable[[str], Path], tmp_path_factory) -> Path:
    """The data set of the real Siemens exam, whose region is proposed."""
    out = tmp_path_factory.mktemp("duke") / "dataset"
    run(data("duke_153"), out=out)
    return out


@pytest.fixture(scope="session")
def ucsf(data: Callable[[str], Path], tmp_path_factory) -> Path:
    """The data set of the real GE exam, with the producer's maps and segmentation."""
    out = tmp_path_factory.mktemp("ucsf") / "dataset"
    run(data("ucsf_br_06"), out=out, keep_ids=True)
    return out
