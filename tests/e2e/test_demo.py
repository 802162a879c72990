"""The demo cohort becomes a valid data set that agrees with the phantom's truth."""

from __future__ import annotations

import shutil
import time

import numpy as np
import pytest

from breastdce.core.codes import ExamCode
from breastdce.dataset.validate import validate
from tests.e2e.conftest import digests, rows, run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]


def test_three_exams_and_one_exclusion(demo):
    assert len(rows(demo / "exams.tsv")) == 3
    exams = [row for row in rows(demo / "exclusions.tsv") if row["level"] == "exam"]
    assert [row["code"] for row in exams] == [ExamCode.TOO_FEW_PHASES]


def test_every_promise_holds(demo):
    assert validate(demo) == []


def test_second_run_does_no_work_and_changes_no_byte(demo, cohort):
    before = digests(demo)
    stamps = {path: path.stat().st_mtime_ns for path in demo.rglob("*.nii.gz")}
    started = time.monotonic()
    summary = run(cohort / "dicom", out=demo)
    assert summary.nothing_to_do
    assert digests(demo) == before
    assert {path: path.stat().st_mtime_ns for path in demo.rglob("*.nii.gz")} == stamps
    assert time.monotonic() - started < 60  # a hang, not a benchmark


def test_moved_input_and_lost_file_are_mended_from_known_results(demo, cohort, tmp_path):
    out, moved = tmp_path / "dataset", tmp_path / "elsewhere"
    shutil.copytree(demo, out)
    shutil.copytree(cohort / "dicom", moved)
    exam = rows(out / "exams.tsv")[0]["exam_id"]
    lost = next(out.rglob(f"{exam}_ftv.nii.gz"))
    lost.unlink()
    summary = run(moved, out=out)
    assert lost.exists()
    assert sum(outcome.computed for outcome in summary.outcomes) == 0
    assert digests(out) == digests(demo)


def test_store_is_safe_to_delete(demo, cohort, tmp_path):
    out = tmp_path / "dataset"
    shutil.copytree(demo, out)
    shutil.rmtree(out / ".breastdce")
    exam = rows(out / "exams.tsv")[0]["exam_id"]
    run(cohort / "dicom", out=out, exams=(exam,))
    assert digests(out) == digests(demo)


def test_no_temporary_file_is_left(demo):
    assert [path for path in demo.rglob("*") if "tmp" in path.name] in (
        [],
        [demo / ".breastdce" / "tmp"],
    )
    assert not any((demo / ".breastdce" / "tmp").glob("*"))


def test_images_are_at_one_millimeter(demo):
    for row in rows(demo / "exams.tsv"):
        native = np.array([float(x) for x in row["native_spacing_mm"].split(";")])
        shape = np.array([int(x) for x in row["native_shape"].split(";")])
        image = [int(x) for x in row["image_shape"].split(";")]
        assert image == list(np.floor(native * shape + 0.5).astype(int))
