"""The header benchmark: its slices, and what it makes of its figures."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from breastdce.core.codes import FileCode
from breastdce.formats.dicom.read import scan_file

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"
MIB = 2**20


@pytest.fixture(scope="module")
def load():
    """Scripts import each other by name, as they do when they are run."""
    sys.path.insert(0, str(BENCHMARKS))
    yield importlib.import_module
    sys.path.remove(str(BENCHMARKS))


def sample(load, **quantities):
    plain = {"files": 10, "wall_s": 1.0, "cpu_s": 1.0, "peak_mib": 1.0, "worker_mib": 1.0}
    return load("header_scan").Sample(**(plain | quantities))


@pytest.mark.parametrize("total", [1, 60, 61, 10_000])
def test_series_have_as_many_slices_as_were_asked_for(load, total):
    series = list(load("slices").series_of(total))
    assert sum(each.length for each in series) == total
    assert all(each.length > 0 for each in series)


def test_copies_are_new_objects_of_new_series(load, tmp_path):
    slices = load("slices")
    made = slices.write_slices(tmp_path / "made", 4, jobs=1)
    copied = slices.multiply(made, tmp_path / "copied", 3)
    records = [scan_file(path) for path in copied]
    headers = [record.header for record in records if record.header is not None]
    assert len({header.sop_instance_uid for header in headers}) == len(copied) == 12
    assert len({header.series_uid for header in headers}) == 3
    assert {record.code for record in records} == {FileCode.OK}
    assert {Path(path).stat().st_size for path in copied} == {
        Path(path).stat().st_size for path in made
    }


def test_ratio_is_the_smaller_one(load):
    ratio = load("header_scan").ratio
    ours = sample(load)
    assert ratio(sample(load, wall_s=6.0, cpu_s=8.0), ours) == 6.0
    assert ratio(sample(load, wall_s=9.0, cpu_s=8.0), ours) == 8.0


def test_median_is_of_each_quantity(load):
    runs = [sample(load, wall_s=w, cpu_s=c) for w, c in ((1, 9), (2, 7), (3, 8))]
    assert load("header_scan").median(runs) == sample(load, wall_s=2, cpu_s=8)


def test_slope_is_the_power(load):
    slope = load("header_scan").slope
    assert slope((n, 3.0 * n) for n in (10, 20, 40)) == pytest.approx(1)
    assert slope((n, n**2) for n in (10, 20, 40)) == pytest.approx(2)


def test_bytes_per_file_leave_out_what_is_there_without_files(load):
    points = [(n, 50 + 1000 * n / MIB) for n in (1000, 2000, 9000)]
    assert load("header_scan").bytes_per_file(points) == pytest.approx(1000)
