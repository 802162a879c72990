"""Images and masks of every format are on one grid, or are refused."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from breastdce.core.codes import CaveatCode, ErrorCode
from breastdce.core.errors import InputError
from breastdce.imaging.alignment import Turn
from breastdce.run.images import name_of, read_image, read_masks
from tests.unit.formats.dicom.test_seg import plane, position, seg_object
from tests.unit.run.made_features import GRID, labels, nifti, segmentation, series, values, with_ids

VOXELS = ((1, 2, 0, 1), (5, 0, 4, 1), (3, 3, 2, 7))


def inside(mask):
    return sorted(map(tuple, np.argwhere(mask.data).tolist()))


def as_nrrd(path, source):
    """The same image by SimpleITK, which knows nothing of us."""
    sitk.WriteImage(sitk.ReadImage(os.fspath(source)), os.fspath(path))
    return path


def test_three_formats_of_one_image_agree(tmp_path):
    series(tmp_path / "dicom", values())
    stored = nifti(tmp_path / "a.nii.gz", values())
    paths = (tmp_path / "dicom", stored, as_nrrd(tmp_path / "a.nrrd", stored))
    for path in paths:
        image, _ = read_image(path)
        assert np.array_equal(image.data, values())
        assert image.grid.matches(GRID)


def test_three_formats_of_one_mask_agree(tmp_path):
    stored = nifti(tmp_path / "m.nii.gz", labels(*VOXELS))
    paths = (
        stored,
        as_nrrd(tmp_path / "m.nrrd", stored),
        segmentation(tmp_path / "seg.dcm", *VOXELS),
    )
    for path in paths:
        masks = read_masks(path)
        assert masks.labels() == (1, 7)
        first, caveats = masks.on(GRID, 1)
        assert inside(first) == [(1, 2, 0), (5, 0, 4)]
        assert inside(masks.on(GRID, 7)[0]) == [(3, 3, 2)]
        assert not masks.on(GRID, 5)[0].data.any()
        assert caveats == ()
        assert first.grid is GRID


@pytest.mark.parametrize(
    "turn", [Turn((2, 0, 1), (True, False, True)), Turn((0, 1, 2), (False, True, False))]
)
def test_masks_meet_images_of_other_axes(tmp_path, turn):
    other = turn.grid(GRID)
    for path in (
        nifti(tmp_path / "m.nii.gz", labels(*VOXELS)),
        segmentation(tmp_path / "seg.dcm", *VOXELS),
    ):
        mask, caveats = read_masks(path).on(other, 1)
        assert np.array_equal(mask.data, turn.array(labels(*VOXELS) == 1))
        assert [caveat.code for caveat in caveats] == [CaveatCode.GEOMETRY_REORIENTED]


def test_a_mask_elsewhere_is_refused_and_a_near_one_is_noted(tmp_path):
    path = nifti(tmp_path / "m.nii.gz", labels(*VOXELS))
    x, y, z = GRID.origin_mm
    far, near = (replace(GRID, origin_mm=(x + shift, y, z)) for shift in (0.5, 0.05))
    with pytest.raises(InputError) as caught:
        read_masks(path).on(far, 1)
    assert caught.value.code is ErrorCode.GRID_MISMATCH
    assert set(caught.value.evidence) == {"image", "mask"}
    _, caveats = read_masks(path).on(near, 1)
    assert [caveat.code for caveat in caveats] == [CaveatCode.GEOMETRY_NEAR]
    assert caveats[0].detail["apart_mm"] == pytest.approx(0.05, abs=1e-4)


def test_frames_outside_and_shifts_of_a_segmentation_are_noted(tmp_path):
    frames = [(1, position(0, i=0.5), plane((1, 1))), (1, position(9), plane((1, 1)))]
    path = with_ids(seg_object(frames), tmp_path / "seg.dcm")
    mask, caveats = read_masks(path).on(GRID, 1)
    assert inside(mask) == [(1, 1, 0)]
    assert {caveat.code for caveat in caveats} == {CaveatCode.SEG_OUTSIDE, CaveatCode.SEG_SHIFTED}


def test_fractions_are_no_region(tmp_path):
    frames = [(1, position(0), plane((1, 1), value=100))]
    path = with_ids(seg_object(frames, binary=False), tmp_path / "seg.dcm")
    with pytest.raises(InputError, match="fractions"):
        read_masks(path)


def test_an_image_is_no_segmentation_and_a_folder_neither(tmp_path):
    (first, *_) = series(tmp_path, values())
    for path in (first, tmp_path):
        with pytest.raises(InputError, match="Not a mask"):
            read_masks(path)


def test_names_are_file_names_without_the_format(tmp_path):
    assert name_of(Path("x/pre.nii.gz")) == "pre"
    assert name_of(Path("x/pre.v2.NRRD")) == "pre.v2"
    assert name_of(Path("x/seg.dcm")) == "seg"
    assert name_of(Path("x/IM0001")) == "IM0001"
    (tmp_path / "series.dcm").mkdir()
    assert name_of(tmp_path / "series.dcm") == "series.dcm"
