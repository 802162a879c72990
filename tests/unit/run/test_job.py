"""A call that cannot work is refused before any work."""

from __future__ import annotations

import io
from importlib import resources

import pytest
from rich.console import Console

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError
from breastdce.run.job import JobOptions, run_job


@pytest.fixture
def refused(tmp_path):
    (tmp_path / "dicom").mkdir()

    def call(**options) -> CallError:
        out = tmp_path / "out"
        with pytest.raises(CallError) as caught:
            run_job(
                JobOptions(roots=(tmp_path / "dicom",), out=out, **options),
                Console(file=io.StringIO()),
            )
        assert not out.exists() or "scheduler" in options
        return caught.value

    return call


def test_a_cohort_and_single_exams_are_two_answers_to_one_question(refused, tmp_path):
    error = refused(cohort=tmp_path / "cohort.tsv", exams=("sub-1_ses-1", "sub-2_ses-1"))
    assert error.code is ErrorCode.CALL_INVALID
    assert error.evidence == {"cohort": "cohort.tsv", "exams": "sub-1_ses-1, sub-2_ses-1"}


def test_a_recipe_that_stops_early_is_told_what_a_data_set_needs(refused, tmp_path):
    whole = resources.files("breastdce.run.recipes").joinpath("ispy1.toml").read_text("utf-8")
    recipe = tmp_path / "short.toml"
    recipe.write_text("[[step]]".join(whole.split("[[step]]")[:2]), encoding="utf-8")
    error = refused(recipe=str(recipe))
    assert error.code is ErrorCode.RECIPE_INVALID
    assert {"ftv", "normalized"} <= set(str(error.evidence["missing"]).split(", "))


def test_a_scheduler_is_asked_even_where_there_is_no_exam(refused):
    assert refused(scheduler="morse://10.0.0.1").evidence["address"] == "morse://10.0.0.1"
