"""Paths are those of the contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from breastdce.core.errors import InputError
from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName

EXAM, ROOT = ExamId("0001", "T0"), Path("out")
FOLDER = "out/sub-0001/ses-T0"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (layout.native_image(ROOT, EXAM, 3), f"{FOLDER}/native/sub-0001_ses-T0_0003.nii.gz"),
        (layout.native_sidecar(ROOT, EXAM, 0), f"{FOLDER}/native/sub-0001_ses-T0_0000.json"),
        (layout.image(ROOT, EXAM, 2), f"{FOLDER}/images/sub-0001_ses-T0_0002.nii.gz"),
        (layout.pe_map(ROOT, EXAM), f"{FOLDER}/maps/sub-0001_ses-T0_pe.nii.gz"),
        (layout.ser_map(ROOT, EXAM), f"{FOLDER}/maps/sub-0001_ses-T0_ser.nii.gz"),
        (
            layout.mask(ROOT, EXAM, MaskName.STV_EXPERT),
            f"{FOLDER}/masks/sub-0001_ses-T0_stv-expert.nii.gz",
        ),
        (layout.exam_features(ROOT, EXAM), f"{FOLDER}/features/sub-0001_ses-T0_captk.tsv"),
        (layout.provenance(ROOT, EXAM), f"{FOLDER}/provenance.json"),
        (layout.exam_page(ROOT, EXAM), "out/report/exams/sub-0001_ses-T0.html"),
        (layout.features(ROOT, "json"), "out/features/captk.json"),
    ],
)
def test_a_path_is_as_promised(path, name):
    assert path.as_posix() == name


def test_no_two_files_share_a_path():
    files = [
        *layout.required_files(ROOT),
        *layout.required_exam_files(ROOT, EXAM, 5),
        *layout.optional_exam_files(ROOT, EXAM, 3),
    ]
    assert len(set(files)) == len(files)


def test_an_exam_is_known_by_its_folder(tmp_path):
    for name in ("sub-2/ses-1", "sub-1/ses-T0", "sub-1/other", "features"):
        (tmp_path / name).mkdir(parents=True)
    found = [layout.exam_of(folder) for folder in layout.exam_folders(tmp_path)]
    assert found == [ExamId("1", "T0"), ExamId("2", "1")]


def test_a_folder_of_another_name_is_no_exam():
    with pytest.raises(InputError, match="CALL_INVALID"):
        layout.exam_of(Path("sub-1/ses-T_0"))


def test_figures_are_known_by_their_names(tmp_path):
    names = {
        "flow.svg": True,
        "distributions-ftv-sensitivity.svg": True,
        "scanners-3.svg": True,
        "sub-0001_ses-T0_curve.svg": True,
        "sub-0001_ses-T0_maps.png": True,
        "sub-0001_ses-T0.png": False,  # the thumbnail, which every exam has
        "flow.png": False,
        "sub-0001_ses-T0_../x.svg": False,
    }
    layout.figures(tmp_path).mkdir(parents=True)
    for name in names:
        if "/" not in name:
            layout.figure(tmp_path, name).touch()
    made = {path.name for path in layout.made_figures(tmp_path)}
    assert made == {name for name, known in names.items() if known}
    one = layout.exam_figure(tmp_path, EXAM, "curve.svg")
    assert layout.is_exam_figure(tmp_path, one, {str(EXAM)})
    assert not layout.is_exam_figure(tmp_path, one, {"sub-0002_ses-T0"})
    assert not layout.is_exam_figure(tmp_path, tmp_path / one.name, {str(EXAM)})
