"""A real exam goes to other editors and back: turned, shifted and resampled by SimpleITK."""

from __future__ import annotations

import os
import shutil

import numpy as np
import pytest
import SimpleITK as sitk

from breastdce.core.codes import MaskCode
from breastdce.core.errors import InputError
from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.dataset.validate import validate
from breastdce.formats.edited_mask import read_edited_mask
from breastdce.review.diagnosis import diagnose
from breastdce.review.turns import ALL_TURNS, STRAIGHT, in_words
from breastdce.run.review.exchange import export_case, import_file
from breastdce.run.review.programs import Program
from breastdce.run.review.room import ReviewRoom
from tests.unit.review.test_turns import inverse

pytestmark = [pytest.mark.slow, pytest.mark.data, pytest.mark.xdist_group("real")]


@pytest.fixture(scope="module")
def exported(ucsf, tmp_path_factory):
    """The exam in a folder for each program, its room, and nothing installed."""
    folder = tmp_path_factory.mktemp("editors")
    out = shutil.copytree(ucsf, folder / "out", ignore=shutil.ignore_patterns(".breastdce"))
    exam = layout.exam_of(layout.exam_folders(out)[0])
    with pytest.MonkeyPatch.context() as patch, ReviewRoom(out) as room:
        patch.setenv("PATH", "")
        cases = {
            program: export_case(room, exam, "Anna", program, folder / program)
            for program in Program
        }
        yield room, exam, cases


@pytest.fixture(params=Program)
def case(request, exported):
    return exported[2][request.param]


def edited(case):
    """The mask as SimpleITK reads it, with its upper fifth along j cut away."""
    image = sitk.ReadImage(os.fspath(case.mask))
    data = sitk.GetArrayFromImage(image)
    inside = np.flatnonzero(data.any(axis=(0, 2)))
    data[:, inside[-len(inside) // 5] :, :] = 0
    cut = sitk.GetImageFromArray(data)
    cut.CopyInformation(image)
    return cut


def came_back(exported, case, image, tmp_path):
    room, exam, _ = exported
    path = tmp_path / f"mask{''.join(case.mask.suffixes[-2:])}"
    sitk.WriteImage(image, os.fspath(path), True)
    return import_file(room, path, case=exam, otherwise=bert(case))


def bert(case):
    """A reader of each program, so that none begins from the other's revision."""
    return f"Bert-{case.record.program}"


def refusal(exported, case, image, tmp_path):
    with pytest.raises(InputError) as refused:
        came_back(exported, case, image, tmp_path)
    return refused.value


def test_an_edit_becomes_a_revision_on_the_images_grid(exported, case, tmp_path):
    room, exam, _ = exported
    image = edited(case)
    found = came_back(exported, case, image, tmp_path)
    assert found.diagnosis.confirmed
    mask = room.revision_mask(exam, found.revision.number, room.reader(bert(case)))
    assert np.array_equal(mask.data, sitk.GetArrayFromImage(image).T != 0)
    assert mask.grid.apart_mm(room.grid(exam)) == 0
    assert found.revision.delta.voxels_added == 0
    assert found.revision.delta.voxels_removed > 1000


def test_all_48_turns_of_the_real_mask_are_told(exported):
    room, exam, cases = exported
    grid, parent = room.grid(exam), room.mask(exam, "start", room.reader("Anna"))
    cut = sitk.GetArrayFromImage(edited(cases[Program.ITKSNAP])).T
    for turn in ALL_TURNS:
        found = diagnose(grid, parent, inverse(turn).array(cut), None)
        if turn == STRAIGHT:
            assert found.code is MaskCode.GRID_LOST
        else:
            assert found.code is MaskCode.VOXELS_TURNED
            assert in_words(turn, grid.direction) in found.what


@pytest.mark.parametrize("axis", range(3))
def test_mirrored_voxels_are_refused(exported, case, tmp_path, axis):
    image = edited(case)
    mirrored = sitk.Flip(image, [axis == n for n in range(3)])
    mirrored.CopyInformation(image)
    error = refusal(exported, case, mirrored, tmp_path)
    assert error.code is MaskCode.VOXELS_TURNED
    assert f"axis {'ijk'[axis]} is reversed" in error.message


def test_half_a_voxel_is_refused(exported, case, tmp_path):
    image = edited(case)
    image.SetOrigin(image.TransformContinuousIndexToPhysicalPoint((0.5, 0.5, 0.5)))
    error = refusal(exported, case, image, tmp_path)
    assert error.code is MaskCode.GRID_SHIFTED
    assert "half a voxel" in error.message


def test_another_spacing_is_refused(exported, case, tmp_path):
    image = edited(case)
    moved = sitk.Resample(
        image, [90, 90, 60], sitk.Transform(), sitk.sitkNearestNeighbor,
        image.GetOrigin(), (2.0, 2.0, 2.0), image.GetDirection(), 0, image.GetPixelID(),
    )  # fmt: skip
    assert refusal(exported, case, moved, tmp_path).code is MaskCode.GRID_RESAMPLED
    image.SetSpacing((1.0, 1.0, 2.0))
    assert refusal(exported, case, image, tmp_path).code is MaskCode.SPACING_CHANGED


def test_an_array_without_header_is_refused(exported, case, tmp_path):
    lost = sitk.GetImageFromArray(sitk.GetArrayFromImage(edited(case)))
    assert refusal(exported, case, lost, tmp_path).code is MaskCode.GRID_LOST


def test_what_went_out_comes_back_by_its_record_and_the_data_set_stays_valid(exported, case):
    room, exam, _ = exported
    found = import_file(room, case.mask, otherwise="")
    assert found.unchanged
    assert found.revision.reader == "Anna"
    assert ExamId.parse(found.revision.exam) == exam
    assert validate(room.out) == []
    assert read_edited_mask(case.mask, 10**8).grid is not None
