"""`review export` and `review import` on the command line."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from breastdce.cli.main import main
from breastdce.core.volume import Mask
from breastdce.formats.nifti import read_mask, write_mask
from tests.unit.dataset.conftest import EXAMS, build

EXAM = str(EXAMS[0])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return build(tmp_path_factory.mktemp("made") / "out")


@pytest.fixture
def out(made, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.chdir(tmp_path)
    return shutil.copytree(made, tmp_path / "out")


def export(out, *words):
    return main(["review", "export", str(out), EXAM, *words])


def test_round_trip_by_itksnap(out, tmp_path, capsys):
    assert export(out, "--for", "itksnap", "--reader", "Anna") == 0
    said = capsys.readouterr().out
    path = tmp_path / f"{EXAM}_itksnap" / f"{EXAM}_mask.nii.gz"
    assert f"breastdce review import {out} {path}" in said
    assert "open the .itksnap file" in said
    mask = read_mask(path)
    data = np.asfortranarray(mask.data.copy())
    data[0, 0, :2] = ~data[0, 0, :2]
    write_mask(path, Mask(data, mask.grid))
    assert main(["review", "import", str(out), str(path), "--comment", "better"]) == 0
    said = capsys.readouterr().out
    assert f"revision 1 of {EXAM} by Anna" in said
    assert "1 voxel added, 1 removed" in said


def test_round_trip_by_slicer_as_json(out, tmp_path, capsys):
    dest = tmp_path / "there"
    assert export(out, "--for", "slicer", "--dest", str(dest), "--reader", "Bert", "--json") == 0
    sent = json.loads(capsys.readouterr().out)
    assert sent["mask"] == str(dest / f"{EXAM}_mask.seg.nrrd")
    assert not sent["started"]
    assert main(["review", "import", str(out), sent["mask"], "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["revision"]["reader"] == "Bert"
    assert answer["diagnosis"]["code"] == "RIGHT_GRID"


def test_an_unchanged_mask_is_taken_and_said_to_be_so(out, tmp_path, capsys):
    export(out, "--for", "slicer")
    path = tmp_path / f"{EXAM}_slicer" / f"{EXAM}_mask.seg.nrrd"
    assert main(["review", "import", str(out), str(path)]) == 0
    assert "nothing was changed" in capsys.readouterr().out


def test_a_refusal_says_what_evidence_and_remedy(out, tmp_path, capsys):
    export(out, "--for", "itksnap")
    path = tmp_path / f"{EXAM}_itksnap" / f"{EXAM}_mask.nii.gz"
    mask = read_mask(path)
    write_mask(path, Mask(np.asfortranarray(mask.data[:, ::-1]), mask.grid))
    assert main(["review", "import", str(out), str(path)]) == 1
    what, seen, remedy = capsys.readouterr().err.splitlines()
    assert "axis j is reversed" in what
    assert "[VOXELS_TURNED]" in what
    assert EXAM in seen
    assert "Go back to the file that the editor saved" in remedy


@pytest.mark.parametrize(
    "words",
    [["--for", "itksnap", "--dest", "out/inside"], [], ["--for", "slicer", "--reader", "a\nb"]],
)
def test_wrong_calls_are_told(out, words):
    assert export(out, *words) in (1, 2)


def test_a_lone_file_needs_its_case(out, tmp_path, capsys):
    export(out, "--for", "itksnap")
    lone = shutil.copy(tmp_path / f"{EXAM}_itksnap" / f"{EXAM}_mask.nii.gz", tmp_path / "m.nii.gz")
    assert main(["review", "import", str(out), str(lone)]) == 2
    assert "--case" in capsys.readouterr().err
    assert main(["review", "import", str(out), str(lone), "--case", EXAM, "--reader", "Eve"]) == 0
    assert "by Eve" in capsys.readouterr().out
