"""The benchmark's protocol, panels and cases."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.formats.nifti import write_mask, write_volume
from breastdce.radiomics.panel import parse_panel

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"
SHAPE = (12, 11, 10)


def _load(name):
    spec = importlib.util.spec_from_file_location(f"benchmark_{name.stem}", BENCHMARKS / name)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def cases():
    return _load(Path("cases.py"))


@pytest.fixture(scope="module")
def protocol():
    return _load(Path("peers/protocol.py"))


@pytest.fixture(scope="module")
def ours_panel():
    return _load(Path("peers/ours_panel.py"))


@pytest.fixture
def small_case(tmp_path, cases):
    grid = Grid(SHAPE, (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    inside = np.asfortranarray(cases.ellipsoid(SHAPE, (4.0, 4.0, 3.0)))
    image, mask = tmp_path / "image.nii.gz", tmp_path / "mask.nii.gz"
    write_volume(image, Volume(cases.smooth_noise(SHAPE), grid))
    write_mask(mask, Mask(inside, grid))
    return str(image), str(mask)


def _run_ours(*arguments, jobs=""):
    command = [sys.executable, str(BENCHMARKS / "peers" / "run_ours.py"), *arguments]
    told = subprocess.run(command, input=jobs, capture_output=True, text=True, check=True)
    return told.stdout.splitlines()


@pytest.mark.parametrize("name", ["mid", "big"])
def test_a_case_has_the_voxels_that_are_promised(cases, name):
    case = cases.CASES[name]
    assert np.count_nonzero(cases.ellipsoid(cases.IMAGE_SHAPE, case.half_axes)) == case.voxels


@pytest.mark.parametrize("voxels", [1_000, 10_000, 100_000, 1_000_000])
def test_a_growth_case_has_the_voxels_of_its_name_and_lies_inside(cases, voxels):
    inside = cases.ellipsoid_of(voxels)
    assert np.count_nonzero(inside) == voxels
    assert not any(np.take(inside, (0, -1), axis=axis).any() for axis in range(3))


def test_noise_is_the_same_every_time(cases):
    assert np.array_equal(cases.smooth_noise(SHAPE), cases.smooth_noise(SHAPE))


def test_a_runner_answers_each_job_with_a_line(small_case, protocol):
    job = protocol.Job(*small_case, families=("firstorder", "glcm"), wants_values=True)
    read = protocol.Job(*small_case, families=())
    first, second = map(
        protocol.Answer.of, _run_ours("--serve", jobs=f"{job.line()}\n{read.line()}\n")
    )
    assert (first.tool, second.features) == ("breastdce", 0)
    assert {"stat_mean", "cm_joint_max_3D_avg"} <= set(first.values)
    assert first.features == len(first.values)
    assert min(first.cpu_s, first.wall_s, first.peak_mib) > 0


def test_a_runner_alone_writes_values(small_case, protocol, tmp_path):
    out = tmp_path / "values.json"
    (line,) = _run_ours(*small_case, "--families", "firstorder", "--values", str(out))
    values = json.loads(out.read_text())
    assert protocol.Answer.of(line).features == len(values) == 18


def test_a_job_survives_the_line(protocol):
    job = protocol.Job("image", "mask", ("shape",), 0, {"exact": True}, wants_values=True)
    assert protocol.Job.of(job.line()) == job


@pytest.mark.parametrize("bins", [0, 128])
@pytest.mark.parametrize("all_spaces", [True, False])
def test_every_family_of_the_benchmark_is_ours(ours_panel, bins, all_spaces):
    text = ours_panel.panel_text(ours_panel.FAMILIES, bins, all_spaces=all_spaces)
    members = parse_panel(text, "test").members
    assert [member.family.name for member in members] == list(ours_panel.FAMILIES.values())
