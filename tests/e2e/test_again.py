"""A run on what another has left: it computes what differs, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from breastdce.core.codes import ExamCode
from breastdce.dataset import layout
from breastdce.dataset.validate import validate
from breastdce.run.paths import WorkPaths
from tests.e2e.conftest import digests, rows, run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("tiny")]


def test_changed_parameter_recomputes_what_depends_on_it_only(
    finished, tiny_cohort, fast, tmp_path
):
    out, other = tmp_path / "dataset", tmp_path / "mine.toml"
    shutil.copytree(finished, out)
    text = Path(fast).read_text(encoding="utf-8")
    changed = text.replace('"stv_rule"', '"stv_rule"\nparams = { satellite_mm = 5.0 }')
    other.write_text(changed, encoding="utf-8")
    summary = run(tiny_cohort / "dicom", out=out, jobs=1, recipe=str(other))
    # stv_rule, and stv_grid, radiomics and trust where the mask really changed
    assert all(1 <= outcome.computed <= 4 for outcome in summary.outcomes)


def test_images_are_written_again_where_another_compression_is_asked_for(
    finished, tiny_cohort, fast, tmp_path
):
    out = tmp_path / "dataset"
    shutil.copytree(layout.store(finished), layout.store(out))  # what was computed
    done, bytes_of = [], []
    for how in ("fast", "none", "none"):
        exams = ("sub-PHANTOM01_ses-1",)
        summary = run(
            tiny_cohort / "dicom", out=out, jobs=1, recipe=fast, exams=exams, compression=how
        )
        done.append(summary.outcomes[0].status)
        bytes_of.append(digests(out))
    assert done == ["done", "done", "unchanged"]
    usual, stored, again = bytes_of
    assert stored == again
    assert all(usual[name] != stored[name] for name in usual if name.endswith(".nii.gz"))
    assert validate(out) == []


def test_one_failing_exam_does_not_stop_the_others(finished, tiny_cohort, fast, tmp_path):
    out = tmp_path / "dataset"
    shutil.copytree(layout.store(finished), layout.store(out))
    file = WorkPaths(out).seen("sub-PHANTOM01_ses-1")
    file.unlink()
    file.mkdir()
    summary = run(tiny_cohort / "dicom", out=out, jobs=1, recipe=fast)
    assert not summary.all_done
    failed = [row for row in rows(out / "exclusions.tsv") if row["code"] == ExamCode.FAILED]
    assert [row["participant_id"] for row in failed] == ["sub-PHANTOM01"]
    assert len(rows(out / "exams.tsv")) == 2
    assert validate(out) == []
