"""Exams as training reads them: what is stored, along which axes, and what damage does."""

import numpy as np
import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.formats.nifti import write_mask, write_volume
from breastdce.run.training_cases import is_intact, open_case, store_arrays, store_case
from breastdce.run.training_source import TrainingExam
from breastdce.segment.sampling import cut

TO_THE_LEFT = np.diag([-1.0, -1.0, 1.0])  # as DICOM has axial slices
SAGITTAL = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
SHAPE = (12, 14, 10)


def exam(folder, direction=TO_THE_LEFT, spacing=(1.0, 1.0, 1.0), breast=True, shape=SHAPE):
    """An exam whose first phase says where each voxel is along i."""
    grid = Grid(SHAPE, spacing, direction, (5.0, -3.0, 8.0))
    place = np.indices(SHAPE).astype(np.float32)
    label, gland = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    label[2:4, 5:8, 3:5], gland[1:6, 4:11, 2:6] = True, True
    paths = [folder / f"{n}.nii.gz" for n in range(3)]
    for path, phase in zip(paths, place, strict=True):
        write_volume(path, Volume(phase, grid), dtype="float32")
    own = Grid(shape, spacing, direction, (5.0, -3.0, 8.0))
    write_mask(folder / "label.nii.gz", Mask(label[:, :, : shape[2]], own))
    write_mask(folder / "breast.nii.gz", Mask(gland, grid))
    return TrainingExam(
        name="sub-1_ses-T0",
        participant="1",
        images=tuple(paths),
        label=folder / "label.nii.gz",
        label_kind="label",
        breast=folder / "breast.nii.gz" if breast else None,
    ), label


def test_arrays_run_to_the_right_the_front_and_the_head(tmp_path):
    given, label = exam(tmp_path)
    note = store_case(tmp_path / "store", given)
    case = open_case(tmp_path / "store", given.name)
    np.testing.assert_array_equal(case.label, label[::-1, ::-1])
    np.testing.assert_array_equal(case.images[0], np.indices(SHAPE)[0][::-1, ::-1])
    assert case.images.dtype == np.float16
    assert isinstance(case.images, np.memmap)
    assert note.volume_ml == pytest.approx(label.sum() / 1000)
    assert case.floor == 0
    assert case.label[tuple(case.foreground.T)].all()
    assert len(case.foreground) == label.sum()


def test_an_exam_without_a_mask_of_the_breasts_is_one_box(tmp_path):
    given, label = exam(tmp_path, breast=False)
    store_case(tmp_path / "store", given)
    case = open_case(tmp_path / "store", given.name)
    assert case.breast == tuple(slice(0, size) for size in SHAPE)
    np.testing.assert_array_equal(case.label, label[::-1, ::-1])


def test_sagittal_slices_are_laid_along_the_body(tmp_path):
    given, label = exam(tmp_path, SAGITTAL)
    store_case(tmp_path / "store", given)
    case = open_case(tmp_path / "store", given.name)
    np.testing.assert_array_equal(case.label, np.transpose(label, (2, 0, 1))[:, ::-1, ::-1])


def test_box_of_the_breasts_has_a_margin_and_is_the_exam_without_a_mask(tmp_path):
    rng = np.random.default_rng(0)
    images = rng.standard_normal((3, 40, 40, 40)).astype(np.float32)
    label, breast = np.zeros((2, 40, 40, 40), bool)
    breast[15:20, 2:20, 10:38] = True
    store_arrays(tmp_path, "a", images, label, breast)
    store_arrays(tmp_path, "b", images, label)
    assert open_case(tmp_path, "a").breast == (slice(7, 28), slice(0, 28), slice(2, 40))
    assert open_case(tmp_path, "b").breast == (slice(0, 40),) * 3
    assert len(open_case(tmp_path, "b").foreground) == 0


def test_at_most_ten_thousand_tumor_voxels_are_remembered(tmp_path):
    label = np.ones((30, 30, 30), bool)
    store_arrays(tmp_path, "a", np.zeros((3, 30, 30, 30), np.float32), label)
    voxels = open_case(tmp_path, "a").foreground
    assert len(np.unique(voxels, axis=0)) == 10_000
    assert np.abs(voxels.mean(axis=0) - 14.5).max() < 0.1  # from all over the tumor


def test_an_exam_is_stored_once_and_anew_when_its_files_change(tmp_path):
    given, _ = exam(tmp_path)
    store = tmp_path / "store"
    first = store_case(store, given)
    before = (store / given.name / "images.npy").stat().st_mtime_ns
    assert store_case(store, given) == first
    assert (store / given.name / "images.npy").stat().st_mtime_ns == before
    grid = Grid(SHAPE, (1.0, 1.0, 1.0), TO_THE_LEFT, (5.0, -3.0, 8.0))
    write_volume(given.images[0], Volume(np.full(SHAPE, -3, np.float32), grid), dtype="float32")
    assert store_case(store, given).source != first.source
    assert open_case(store, given.name).floor == -3


@pytest.mark.parametrize("array", ["images.npy", "label.npy", "foreground.npy"])
def test_a_changed_byte_is_found_and_mended(tmp_path, array):
    given, label = exam(tmp_path)
    store = tmp_path / "store"
    store_case(store, given)
    path = store / given.name / array
    payload = bytearray(path.read_bytes())
    payload[-1] ^= 1
    path.write_bytes(payload)
    assert not is_intact(store, given.name)
    store_case(store, given)
    assert is_intact(store, given.name)
    np.testing.assert_array_equal(open_case(store, given.name).label, label[::-1, ::-1])


def test_a_truncated_array_is_refused(tmp_path):
    store_arrays(tmp_path, "a", np.zeros((3, 8, 8, 8), np.float32), np.zeros((8, 8, 8), bool))
    path = tmp_path / "a" / "images.npy"
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(InputError) as caught:
        open_case(tmp_path, "a")
    assert caught.value.code == ErrorCode.IMAGE_INVALID
    with pytest.raises(InputError):
        open_case(tmp_path, "nobody")


def test_other_spacing_and_other_grids_are_refused(tmp_path):
    given, _ = exam(tmp_path, spacing=(1.0, 1.0, 2.0))
    with pytest.raises(InputError) as caught:
        store_case(tmp_path / "store", given)
    assert caught.value.code == ErrorCode.IMAGE_INVALID
    given, _ = exam(tmp_path, shape=(12, 14, 9))
    with pytest.raises(InputError) as caught:
        store_case(tmp_path / "store", given)
    assert caught.value.code == ErrorCode.GRID_MISMATCH


def test_a_patch_comes_out_of_the_store_as_it_went_in(tmp_path):
    images = np.random.default_rng(3).standard_normal((3, 20, 20, 20)).astype(np.float32)
    label = images[1] > 2
    store_arrays(tmp_path, "a", images, label)
    patch = cut(open_case(tmp_path, "a"), np.array([9.5] * 3), None, (8, 8, 8))
    inside = (slice(6, 14),) * 3
    np.testing.assert_array_equal(patch.images, images[(slice(None), *inside)].astype(np.float16))
    np.testing.assert_array_equal(patch.label, label[inside])
