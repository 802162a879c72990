"""The demo's folder: what is there is used, what is half there is made anew."""

from __future__ import annotations

import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError, StoreError
from breastdce.run.demo import run_demo
from breastdce.testing import write_cohort

NOWHERE = "morse://10.0.0.1"
"""No scheduler: the demo stops once it has its cohort."""


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(StoreError) as caught:
        run_demo(tmp_path)
    assert caught.value.code is ErrorCode.OUTPUT_FOREIGN
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_cohort_that_is_there_is_not_written_again(tmp_path):
    write_cohort(tmp_path / "phantoms", size="tiny")
    before = {path: path.stat().st_ino for path in (tmp_path / "phantoms").rglob("*")}
    with pytest.raises(CallError):
        run_demo(tmp_path, scheduler=NOWHERE, jobs=1)
    assert {path: path.stat().st_ino for path in (tmp_path / "phantoms").rglob("*")} == before


@pytest.mark.slow
def test_a_cohort_that_was_half_written_is_written_anew(tmp_path):
    half = tmp_path / "phantoms" / "dicom" / "half.dcm"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"\0" * 132)
    with pytest.raises(CallError):
        run_demo(tmp_path, scheduler=NOWHERE, jobs=1)
    assert not half.exists()
    assert (tmp_path / "phantoms" / "truth" / "truth.json").exists()
