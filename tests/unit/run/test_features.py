"""Every region of every image has its row; one that cannot be had does not cost the others."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from pydicom.dataset import Dataset

from breastdce.core.codes import CaveatCode, ErrorCode, Undefined
from breastdce.core.errors import CallError, InputError
from breastdce.imaging.alignment import Turn
from breastdce.radiomics.rings import Ring
from breastdce.run.features import FeatureRequest, feature_table
from tests.unit.formats.dicom.test_rtstruct import box, structure_set
from tests.unit.formats.dicom.test_seg_bits import analysis_mask
from tests.unit.run.made_features import (
    GRID,
    PANEL,
    labels,
    nifti,
    segmentation,
    series,
    values,
    with_ids,
)

MASK = ((1, 2, 0, 1), (2, 2, 0, 1), (3, 3, 2, 4))


@pytest.fixture
def files(tmp_path):
    return {
        "pre": nifti(tmp_path / "pre.nii.gz", values()),
        "post": nifti(tmp_path / "post.nii.gz", values(3)),
        "mask": nifti(tmp_path / "mask.nii.gz", labels(*MASK)),
    }


def table(files, **more):
    images = {name: path for name, path in files.items() if name != "mask"}
    wanted = {"images": images, "masks": {"lesion": files["mask"]}, "panel": PANEL, **more}
    return feature_table(FeatureRequest(**wanted))


def means(found):
    return {(row.image, row.mask, row.label): row.features.values["I_Mean"] for row in found.rows}


def test_one_row_for_each_image_and_label(files):
    found = table(files)
    voxel = values()
    first = (voxel[1, 2, 0] + voxel[2, 2, 0]) / 2
    assert means(found) == {
        ("pre", "lesion", 1): first,
        ("pre", "lesion", 4): voxel[3, 3, 2],
        ("post", "lesion", 1): 3 * first,
        ("post", "lesion", 4): 3 * voxel[3, 3, 2],
    }
    assert (found.notes, found.failures) == ([], [])


def test_labels_may_be_chosen_and_absent_ones_are_empty(files):
    found = table(files, labels=(4, 9))
    assert [row.label for row in found.rows] == [4, 9, 4, 9]
    absent = found.rows[1].features
    assert absent.values["V_Pixels"] == 0
    assert math.isnan(absent.values["I_Mean"])
    assert absent.reasons["I_Mean"] is Undefined.EMPTY_REGION


def test_an_empty_mask_has_a_row(files, tmp_path):
    files["mask"] = nifti(tmp_path / "empty.nii.gz", labels())
    found = table(files)
    assert [row.label for row in found.rows] == [1, 1]
    assert found.rows[0].features.reasons["I_Mean"] is Undefined.EMPTY_REGION


def test_a_single_voxel_has_a_row_with_reasons(files):
    row = table(files, labels=(4,)).rows[0]
    assert row.features.reasons["I_Variance"] is Undefined.TOO_FEW_VOXELS
    assert row.features.values["I_Maximum"] == values()[3, 3, 2]


def test_subtraction_is_one_more_image(files):
    found = means(table(files, subtractions=(("post", "pre"),)))
    assert found["post-pre", "lesion", 4] == 2 * values()[3, 3, 2]
    assert len(found) == 6


def test_subtraction_of_images_with_other_axes_is_by_place(files, tmp_path):
    turn = Turn((1, 0, 2), (True, False, False))
    files["pre"] = nifti(tmp_path / "turned.nii.gz", turn.array(values()), turn.grid(GRID))
    found = table(files, subtractions=(("post", "pre"),))
    assert means(found)["post-pre", "lesion", 4] == 2 * values()[3, 3, 2]
    codes = {(note.image, note.caveat.code) for note in found.notes}
    assert ("post-pre", CaveatCode.GEOMETRY_REORIENTED) in codes


def test_subtraction_of_what_is_not_given_is_a_wrong_call(files):
    with pytest.raises(CallError):
        table(files, subtractions=(("post", "per"),))


def test_rings_follow_their_region(files):
    found = table(files, labels=(4,), rings=(Ring(0, 1), Ring(1, 3)))
    assert [row.mask for row in found.rows[:3]] == ["lesion", "lesion+0-1mm", "lesion+1-3mm"]
    voxel = values()
    # Of the neighbors within 1 mm, two columns and one row are in the image: 0.7 mm and diagonals.
    near = [voxel[i, j, 2] for i in (2, 3, 4) for j in (2, 3) if (i, j) != (3, 3)]
    assert found.rows[1].features.values["V_Pixels"] == len(near)
    assert found.rows[1].features.values["I_Sum"] == sum(near)


def test_rings_end_at_the_breast(files, tmp_path):
    breast = np.zeros(GRID.shape, np.float32)
    breast[:4] = 2
    path = nifti(tmp_path / "breast.nii.gz", breast)
    found = table(files, labels=(4,), rings=(Ring(0, 1),), within=path)
    assert found.rows[1].features.values["V_Pixels"] == 3
    assert found.rows[0].features.values["V_Pixels"] == 1


def test_one_bad_image_does_not_cost_the_others(files, tmp_path):
    bad = tmp_path / "bad.nii.gz"
    bad.write_bytes(b"damaged")
    x, y, z = GRID.origin_mm
    far = nifti(tmp_path / "far.nii.gz", values(), replace(GRID, origin_mm=(x + 50, y, z)))
    found = table({"bad": bad, "far": far, **files}, subtractions=(("post", "bad"), ("far", "pre")))
    assert {row.image for row in found.rows} == {"pre", "post"}
    failed = {(item.image, item.mask): item.error.code for item in found.failures}
    assert failed == {
        ("bad", ""): ErrorCode.IMAGE_INVALID,
        ("far", "lesion"): ErrorCode.GRID_MISMATCH,
        ("far-pre", ""): ErrorCode.GRID_MISMATCH,
    }


def test_one_bad_mask_does_not_cost_the_others(files, tmp_path):
    other = tmp_path / "other.nii.gz"
    other.write_bytes(b"damaged")
    found = table(files, masks={"other": other, "lesion": files["mask"]})
    assert len(found.rows) == 4
    assert [(item.image, item.mask) for item in found.failures] == [("", "other")]


def test_a_breast_that_cannot_be_read_stops_before_any_row(files, tmp_path):
    with pytest.raises(InputError):
        table(files, rings=(Ring(0, 1),), within=tmp_path)


def test_voxels_without_value_are_left_out_and_noted(files, tmp_path):
    holes = values()
    holes[1, 2, 0] = np.nan
    files["ser"] = nifti(tmp_path / "ser.nii.gz", holes)
    found = table(files)
    assert means(found)["ser", "lesion", 1] == values()[2, 2, 0]
    (note,) = found.notes
    assert (note.image, note.mask, note.label) == ("ser", "lesion", 1)
    assert note.caveat.code is CaveatCode.VOXELS_LEFT_OUT
    assert note.caveat.detail == {"voxels": 1}


def test_series_and_segmentation_give_the_values_of_the_files(files, tmp_path):
    series(tmp_path / "dicom", values())
    seg = segmentation(tmp_path / "seg.dcm", *MASK)
    found = table({"pre": tmp_path / "dicom", "mask": seg})
    assert means(found) == {
        key: mean for key, mean in means(table(files)).items() if key[0] == "pre"
    }


def drawn(path, *voxels):
    """A structure set with a box about each voxel (i, j, k, region); frame of reference 1.2.3.99"""
    regions: dict[int, list[Dataset]] = {region: [] for *_, region in voxels}
    for i, j, k, region in voxels:
        regions[region].append(box(k, i - 0.5, i + 0.5, j - 0.5, j + 0.5))
    dataset = structure_set(*regions.values())
    for number, region in zip(regions, dataset.StructureSetROISequence, strict=True):
        region.ROINumber = number
    for number, region in zip(regions, dataset.ROIContourSequence, strict=True):
        region.ReferencedROINumber = number
    return with_ids(dataset, path)


def test_series_and_contours_give_the_values_of_the_files(files, tmp_path):
    series(tmp_path / "dicom", values(), FrameOfReferenceUID="1.2.3.99")
    found = table({"pre": tmp_path / "dicom", "mask": drawn(tmp_path / "rs.dcm", *MASK)})
    assert not found.failures
    assert means(found) == {
        key: mean for key, mean in means(table(files)).items() if key[0] == "pre"
    }


def test_contours_on_another_frame_of_reference_or_none_are_a_failure(files, tmp_path):
    series(tmp_path / "dicom", values(), FrameOfReferenceUID="1.2.3.98")
    for image in (tmp_path / "dicom", files["pre"]):
        found = table({"pre": image, "mask": drawn(tmp_path / "rs.dcm", *MASK)})
        assert [failure.error.code for failure in found.failures] == [ErrorCode.GRID_MISMATCH]
        assert not found.rows


def test_of_a_bit_mask_the_functional_tumor_volume_is_label_1(files, tmp_path):
    bits = np.full((6, 4, 5), 33, np.uint8)
    bits[1, 2, 0] = bits[3, 3, 2] = 0
    mask = with_ids(analysis_mask(bits, range(5)), tmp_path / "bits.dcm")
    found = table({"pre": files["pre"], "mask": mask})
    expected = (values()[1, 2, 0] + values()[3, 3, 2]) / 2
    assert means(found) == {("pre", "lesion", 1): expected}


def test_progress_counts_every_row(files):
    said = []
    images = {"pre": files["pre"], "post": files["post"]}
    request = FeatureRequest(
        images=images, masks={"lesion": files["mask"]}, panel=PANEL, rings=(Ring(0, 1),)
    )
    feature_table(request, lambda *words: said.append(words))
    assert [number for number, _, _ in said] == list(range(1, 9))
    assert {total for _, total, _ in said} == {8}
    assert said[-1][2] == "post in lesion+0-1mm, label 4"
