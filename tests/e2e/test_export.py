"""`breastdce export` on a data set made from DICOM."""

from __future__ import annotations

import hashlib
import json
import shutil

import numpy as np
import pydicom
import pytest

from breastdce.dataset import layout
from breastdce.exchange.layouts import mamamia, nnunet, release
from breastdce.formats.dicom.seg import place_segment, read_seg
from breastdce.formats.nifti import read_mask
from breastdce.imaging.resample import Edge, nearest
from tests.e2e.conftest import call, rows

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("tiny")]
LAYOUTS = ("release", "mamamia", "nnunet", "dicom-seg")


@pytest.fixture(scope="module")
def dataset(finished, tmp_path_factory):
    """A data set of three exams; the first has an expert's mask and a network's."""
    out = shutil.copytree(finished, tmp_path_factory.mktemp("export") / "dataset")
    exam = layout.exam_of(layout.exam_folders(out)[0])
    candidate = layout.mask(out, exam, layout.MaskName.STV_CANDIDATE)
    for name in (layout.MaskName.STV_EXPERT, layout.MaskName.STV_AUTO):
        shutil.copy(candidate, layout.mask(out, exam, name))
    return out


def words(to, cohort):
    return ("--to", to, *(("--dicom", cohort / "dicom") if to == "dicom-seg" else ()))


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("to", LAYOUTS)
def test_an_export_is_whole_listed_and_the_same_again(dataset, tiny_cohort, tmp_path, to):
    dest = tmp_path / "dest"
    done = call("export", dataset, dest, *words(to, tiny_cohort))
    assert done.returncode == 0, done.stderr
    assert "[3/3]" in done.stderr
    found = files(dest)
    listed = {row["path"]: row["sha256"] for row in rows(dest / "manifest.tsv")}
    assert set(listed) == set(found) - {"README.txt", "manifest.tsv"}
    assert all(hashlib.sha256(found[name]).hexdigest() == text for name, text in listed.items())
    exams = {row["exam_id"] for row in rows(dest / "manifest.tsv")} - {"n/a"}
    assert exams == {row["exam_id"] for row in rows(dataset / "exams.tsv")}
    again = call("export", dataset, dest, *words(to, tiny_cohort), "--json")
    summary = json.loads(again.stdout)
    assert (summary["written"], summary["removed"], summary["exams"]) == (0, 0, 3)
    elsewhere = tmp_path / "elsewhere"
    assert call("export", dataset, elsewhere, *words(to, tiny_cohort)).returncode == 0
    assert files(elsewhere) == found
    assert found["CITATION.cff"] == (dataset / "CITATION.cff").read_bytes()
    kept = found.get("DATASET.md")  # says that no identity is in it
    assert kept == (None if to == "dicom-seg" else (dataset / "README.md").read_bytes())


def test_the_folders_can_be_read_back(dataset, tmp_path):
    for to, each in (("release", release), ("mamamia", mamamia), ("nnunet", nnunet)):
        dest = tmp_path / ("Dataset007_Tiny" if to == "nnunet" else to)
        assert call("export", dataset, dest, "--to", to).returncode == 0
        cases = each.read(dest)
        assert len(cases) == 3
        assert all(case.images for case in cases)
    assert [bool(case.masks) for case in release.read(tmp_path / "release")] == [True] * 3
    assert sum("expert" in case.masks for case in mamamia.read(tmp_path / "mamamia")) == 1


def test_segmentations_are_the_masks_on_the_slices_that_they_refer_to(
    dataset, tiny_cohort, tmp_path
):
    dest = tmp_path / "dest"
    done = call("export", dataset, dest, *words("dicom-seg", tiny_cohort))
    assert "identity" in done.stdout
    assert "IDENTITY" in (dest / "README.txt").read_text()
    found = [row for row in rows(dest / "manifest.tsv") if row["exam_id"] != "n/a"]
    assert len(found) == 3 * 2 + 2
    series = {}
    for path in (tiny_cohort / "dicom").rglob("*"):
        if path.is_file() and path.read_bytes()[128:132] == b"DICM":
            header = pydicom.dcmread(path, stop_before_pixels=True, force=True)
            series[header.get("SOPInstanceUID")] = header
    for row in found:
        exam = layout.exam_of(dataset / row["exam_id"].replace("_", "/", 1))
        mask = read_mask(layout.mask(dataset, exam, layout.MaskName(row["mask"])))
        grid = read_mask(layout.mask(dataset, exam, layout.MaskName.FTV)).grid
        expected = mask if row["mask"] == "ftv" else nearest(mask, grid, Edge.ITK)
        seg = read_seg(dest / row["path"])
        np.testing.assert_array_equal(place_segment(seg.segments[0], grid).mask.data, expected.data)
        data = pydicom.dcmread(dest / row["path"])
        referred = data.ReferencedSeriesSequence[0].ReferencedInstanceSequence
        sources = [series[item.ReferencedSOPInstanceUID] for item in referred]
        assert {source.PatientID for source in sources} == {data.PatientID}
        assert len(sources) == grid.shape[2]


def test_an_exam_whose_dicom_is_not_there_is_listed_and_the_others_are_done(
    dataset, tiny_cohort, tmp_path
):
    some = tmp_path / "some"
    shutil.copytree(tiny_cohort / "dicom", some)
    for path in [path for path in some.rglob("*") if path.is_file()]:
        if path.read_bytes()[128:132] == b"DICM":
            header = pydicom.dcmread(path, stop_before_pixels=True)
            if header.get("PatientID") == "PHANTOM-01":
                path.unlink()
    done = call("export", dataset, tmp_path / "dest", "--to", "dicom-seg", "--dicom", some)
    assert done.returncode == 1
    assert "sub-PHANTOM01_ses-1  SOURCE_MISSING" in done.stdout
    assert "2 exams" in done.stdout


def test_an_exam_with_a_broken_file_leaves_nothing_behind(dataset, tmp_path):
    out = tmp_path / "dataset"
    shutil.copytree(dataset, out)
    broken = next(out.rglob("*_ftv.nii.gz"))
    broken.write_bytes(broken.read_bytes()[:100])
    done = call("export", out, tmp_path / "dest", "--to", "release", "--json")
    assert done.returncode == 1
    (failure,) = json.loads(done.stdout)["failures"]
    assert (failure["code"], broken.name.startswith(failure["exam"])) == ("IMAGE_INVALID", True)
    listed = {row["exam_id"] for row in rows(tmp_path / "dest" / "manifest.tsv")}
    assert failure["exam"] not in listed
    assert len(files(tmp_path / "dest")) == 2 + len(rows(tmp_path / "dest" / "manifest.tsv"))


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("dataset", "dest", "--to", "dicom-seg"), 2, "--dicom"),
        (("dataset", "dest", "--to", "release", "--dicom", "dicom"), 2, "Leave out"),
        (("dataset", "dataset/dest", "--to", "release"), 2, "outside"),
        (("dataset", "dicom/dest", "--to", "dicom-seg", "--dicom", "dicom"), 2, "outside"),
        (("dataset", "dest", "--to", "dicom-seg", "--dicom", "missing"), 2, "does not exist"),
        (("dataset", "dest", "--to", "spreadsheet"), 2, "invalid choice"),
        (("dataset", "dest"), 2, "--to"),
        (("dataset", "dest", "--config", "call.toml"), 2, "choose from release"),
        (("dicom", "dest", "--to", "release"), 1, "No data set"),
        (("dataset", "dicom", "--to", "release"), 1, "OUTPUT_FOREIGN"),
    ],
)
def test_wrong_calls_are_plain_words_and_write_nothing(
    dataset, tiny_cohort, tmp_path, words, status, said
):
    (tmp_path / "dataset").symlink_to(dataset)
    (tmp_path / "dicom").symlink_to(tiny_cohort / "dicom")
    (tmp_path / "call.toml").write_text('[export]\nto = "spreadsheet"\n')
    done = call("export", *words, cwd=tmp_path)
    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "dest").exists()
