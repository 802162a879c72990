"""What a call of `breastdce radiomics` names is understood, or refused before any work."""

from __future__ import annotations

from pathlib import Path

import pytest

from breastdce.cli.feature_call import named_paths, parse_ring
from breastdce.core.errors import CallError
from breastdce.radiomics.rings import Ring


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b").mkdir()
    for name in ("a.nii.gz", "b/a.nii.gz", "x=a.nrrd", "two\nlines.nii", "n"):
        (tmp_path / name).write_bytes(b"")


def test_a_name_may_be_given_and_else_is_the_files():
    found = named_paths(["a.nii.gz", "pre=b/a.nii.gz"])
    assert found == {"a": Path("a.nii.gz"), "pre": Path("b/a.nii.gz")}
    assert list(named_paths(["z=a.nii.gz", "c=a.nii.gz"])) == ["z", "c"]


def test_a_file_may_have_an_equals_sign_in_its_name():
    assert named_paths(["x=a.nrrd", "y=x=a.nrrd"]) == {
        "x=a": Path("x=a.nrrd"),
        "y": Path("x=a.nrrd"),
    }


@pytest.mark.parametrize(
    "words",
    [
        ["gone.nii"],
        ["pre=gone.nii"],
        ["a.nii.gz", "b/a.nii.gz"],
        ["two\nlines.nii"],
        ["a\tb=a.nii.gz"],
        ["n/a=a.nii.gz"],
        ["=a.nii.gz"],
        ["\udcff=a.nii.gz"],
        ["x" * 5000],
    ],
)
def test_names_that_cannot_stand_in_a_table_are_wrong_calls(words):
    with pytest.raises(CallError):
        named_paths(words)


def test_rings_are_two_distances():
    assert parse_ring("0-5") == Ring(0, 5)
    assert parse_ring("2.5-10") == Ring(2.5, 10)


@pytest.mark.parametrize("word", ["5", "5-0", "5-5", "-1-5", "0-inf", "0--5", "a-b", "0-5mm", ""])
def test_what_is_no_ring_is_a_wrong_call(word):
    with pytest.raises(CallError):
        parse_ring(word)
