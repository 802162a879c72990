"""What a layout writes, it reads back: images and masks, byte for byte or voxel for voxel."""

from __future__ import annotations

import json

import numpy as np
import pytest

from breastdce.cli.commands.export import _LAYOUTS
from breastdce.dataset.layout import STV_BEST_FIRST, MaskName
from breastdce.exchange.folders import mask_on_image
from breastdce.exchange.layouts import mamamia, nnunet, release
from breastdce.exchange.records import BEST_FIRST, MaskKind
from breastdce.formats.nifti import read_mask, read_volume
from breastdce.run.export import LAYOUTS, layout_names
from tests.unit.exchange.made import NATIVE, PREPARED, exam_files, written


def nearest_by_hand(mask, grid):
    """The mask's voxel nearest to each center of `grid`, through world coordinates."""
    index = np.stack([*np.indices(grid.shape).reshape(3, -1), np.ones(np.prod(grid.shape))])
    where = (np.linalg.inv(mask.grid.affine) @ grid.affine @ index)[:3]
    found = np.floor(where + 0.5 + 1e-9).astype(int)
    shape = np.array(mask.grid.shape)[:, None]
    inside = ((found >= 0) & (found < shape)).all(axis=0)
    values = np.zeros(inside.size, bool)
    values[inside] = mask.data[tuple(found[:, inside])]
    return values.reshape(grid.shape)


def test_release_round_trip(tmp_path):
    exam = exam_files(tmp_path / "in")
    written(release.outputs(exam, tmp_path), tmp_path / "out")
    (case,) = release.read(tmp_path / "out")
    assert case.name == "01"
    assert [p.read_bytes() for p in case.images] == [p.read_bytes() for p in exam.images]
    assert case.images[1].parts[-3:] == (
        "images_bias-corrected_resampled_zscored_nifti",
        "01",
        "01_DCE_0001_N3_zscored.nii.gz",
    )
    grid = read_volume(case.images[0]).grid
    found = {word: mask_on_image(path, grid) for word, path in case.masks.items()}
    assert all(caveats == () for _, caveats in found.values())
    manual, resunet = (read_mask(exam.masks[kind]) for kind in (MaskKind.EXPERT, MaskKind.AUTO))
    np.testing.assert_array_equal(found["stv_manual"][0].data, manual.data)
    np.testing.assert_array_equal(found["stv_resunet"][0].data, resunet.data)
    native = read_mask(exam.masks[MaskKind.FTV])
    expected = nearest_by_hand(native, PREPARED)
    np.testing.assert_array_equal(found["ftv"][0].data, expected)
    assert expected.any()
    assert set(found) == {"ftv", "stv_manual", "stv_resunet"}


def test_mamamia_round_trip(tmp_path):
    exam = exam_files(tmp_path / "in")
    written(mamamia.outputs(exam, tmp_path), tmp_path / "out")
    (case,) = mamamia.read(tmp_path / "out")
    assert [p.read_bytes() for p in case.images] == [p.read_bytes() for p in exam.native]
    assert case.images[3].parts[-3:] == ("images", "01", "01_0003.nii.gz")
    grid = read_volume(case.images[0]).grid
    for word, kind in (("expert", MaskKind.EXPERT), ("automatic", MaskKind.AUTO)):
        mask, caveats = mask_on_image(case.masks[word], grid)
        assert caveats == ()
        expected = nearest_by_hand(read_mask(exam.masks[kind]), NATIVE)
        np.testing.assert_array_equal(mask.data, expected)
    assert set(case.masks) == {"expert", "automatic"}


@pytest.mark.parametrize(
    ("masks", "best"),
    [
        (tuple(MaskKind), MaskKind.EXPERT),
        ((MaskKind.CANDIDATE, MaskKind.AUTO), MaskKind.AUTO),
        ((MaskKind.CANDIDATE, MaskKind.FTV), MaskKind.CANDIDATE),
    ],
)
def test_nnunet_round_trip_with_the_best_mask(tmp_path, masks, best):
    exam = exam_files(tmp_path / "in", masks)
    other = exam_files(tmp_path / "in", (MaskKind.FTV,), "sub-02_ses-1")
    dest = tmp_path / "Dataset123_Breast"
    entries = [
        *written(nnunet.outputs(exam, dest), dest),
        *written(nnunet.outputs(other, dest), dest),
    ]
    written(nnunet.closing(entries, dest), dest)
    first, second = nnunet.read(dest)
    assert [p.read_bytes() for p in first.images] == [p.read_bytes() for p in exam.images]
    assert first.masks["label"].read_bytes() == exam.masks[best].read_bytes()
    assert first.images[2] == dest / "imagesTr" / "sub-01_ses-T0_0002.nii.gz"
    assert (second.masks, second.images[0].parent.name) == ({}, "imagesTs")
    described = json.loads((dest / "dataset.json").read_bytes())
    assert described["numTraining"] == 1
    assert described["labels"] == {"background": 0, "tumor": 1}
    assert set(described["channel_names"].values()) == {"noNorm"}
    assert described["file_ending"] == ".nii.gz"


def test_a_destination_of_another_name_gets_a_dataset_folder(tmp_path):
    exam = exam_files(tmp_path / "in")
    paths = [output.path for output in nnunet.outputs(exam, tmp_path / "out")]
    assert all(path.startswith("Dataset501_BreastDCE/") for path in paths)


def test_the_candidate_stands_for_neither_expert_nor_network(tmp_path):
    exam = exam_files(tmp_path / "in", (MaskKind.CANDIDATE,))
    for each in (release, mamamia):
        assert not any(output.mask for output in each.outputs(exam, tmp_path))


@pytest.mark.parametrize("name", LAYOUTS.names())
def test_a_layout_keeps_its_contract(name):
    chosen = LAYOUTS.get(name)
    assert len(chosen.readme) > 500
    assert max(map(len, chosen.readme.splitlines())) <= 100
    assert (chosen.read is None) == chosen.needs_dicom


def test_the_command_and_the_data_set_know_the_same_names():
    assert set(_LAYOUTS) == set(layout_names())
    tumors = {name.value for name in MaskName} - {MaskName.BREAST}
    assert {kind.value for kind in MaskKind} == tumors
    assert [kind.value for kind in BEST_FIRST] == [name.value for name in STV_BEST_FIRST]


def test_splits_keep_patients_whole(tmp_path):
    names = [f"sub-{who}_ses-{visit}" for who in ("01", "02", "03") for visit in ("T0", "T1")]
    dest = tmp_path / "Dataset123_Breast"
    entries = [
        entry
        for name in names
        for entry in written(nnunet.outputs(exam_files(tmp_path / "in", exam=name), dest), dest)
    ]
    bare = exam_files(tmp_path / "in", (MaskKind.FTV,), "sub-02_ses-T2")
    entries += written(nnunet.outputs(bare, dest), dest)
    made = nnunet.splits(entries, [frozenset({"02"}), frozenset({"01"})], dest)
    assert made.path == "splits_final.json"
    first, second = json.loads(made.payload)
    assert first == {"train": names[:2], "val": names[2:4]}  # 03 is in no fold, T2 has no mask
    assert second == {"train": names[2:4], "val": names[:2]}
