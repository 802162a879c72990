"""Folders by other hands are read by their names, and their masks put on their images."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from breastdce.core.errors import InputError
from breastdce.core.exam import ExamId
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.exchange.folders import mask_on_image
from breastdce.exchange.layouts import mamamia, release
from breastdce.exchange.names import case_names
from breastdce.formats.nifti import read_volume, write_mask, write_volume

GRID = Grid((5, 6, 4), (0.8, 0.8, 2.0), np.diag([-1.0, -1.0, 1.0]), (20.0, 30.0, -4.0))
DATA = np.random.default_rng(8).random(GRID.shape) > 0.5


def image(path, grid=GRID):
    write_volume(path, Volume(np.ones(grid.shape, np.float32), grid))
    return path


def mask(path, data=DATA, grid=GRID):
    write_mask(path, Mask(np.asfortranarray(data), grid))
    return path


def plain(path):
    """The same file unpacked, named .nii."""
    import gzip

    out = path.with_name(path.name.removesuffix(".gz"))
    out.write_bytes(gzip.decompress(path.read_bytes()))
    path.unlink()
    return out


def test_mamamia_as_published_mixes_cases_and_holds_other_files(tmp_path):
    for n in range(3):
        image(tmp_path / "images" / "DUKE_001" / f"duke_001_000{n}.nii.gz")
    (tmp_path / "images" / "DUKE_001" / "duke_001.tsv").write_text("x")
    mask(tmp_path / "segmentations" / "expert" / "DUKE_001.nii.gz")
    mask(tmp_path / "segmentations" / "automatic" / "duke_001.nii.gz", ~DATA)
    (tmp_path / "clinical_and_imaging_info.xlsx").write_bytes(b"")
    (case,) = mamamia.read(tmp_path)
    assert (case.name, len(case.images)) == ("DUKE_001", 3)
    grid = read_volume(case.images[0]).grid
    np.testing.assert_array_equal(mask_on_image(case.masks["expert"], grid)[0].data, DATA)
    np.testing.assert_array_equal(mask_on_image(case.masks["automatic"], grid)[0].data, ~DATA)


def test_the_release_as_published_with_unpacked_files_and_both_image_folders(tmp_path):
    zscored = tmp_path / "images_bias-corrected_resampled_zscored_nifti" / "ISPY1_1002"
    native = tmp_path / "images_bias-corrected_nifti" / "ISPY1_1002"
    for n in range(3):
        plain(image(zscored / f"ISPY1_1002_DCE_000{n}_N3_zscored.nii.gz"))
        image(native / f"ISPY1_1002_DCE_000{n}_N3.nii.gz")
    plain(mask(tmp_path / "masks_stv_manual" / "ISPY1_1002.nii.gz"))
    mask(tmp_path / "masks_ftv" / "ISPY1_1003.nii.gz")
    first, second = release.read(tmp_path)
    assert (first.name, len(first.images), set(first.masks)) == ("ISPY1_1002", 3, {"stv_manual"})
    assert [path.name for path in first.others["bias_corrected"]] == [
        f"ISPY1_1002_DCE_000{n}_N3.nii.gz" for n in range(3)
    ]
    found, _ = mask_on_image(first.masks["stv_manual"], read_volume(first.images[0]).grid)
    np.testing.assert_array_equal(found.data, DATA)
    assert (second.name, second.images, set(second.masks)) == ("ISPY1_1003", (), {"ftv"})


def test_an_empty_folder_has_no_cases(tmp_path):
    assert release.read(tmp_path) == mamamia.read(tmp_path) == ()


def test_a_missing_phase_a_doubled_one_and_a_strange_one_are_refused(tmp_path):
    folder = tmp_path / "images" / "NACT_01"
    first = image(folder / "nact_01_0000.nii.gz")
    gap = image(folder / "nact_01_0002.nii.gz")
    with pytest.raises(InputError, match="without a gap"):
        mamamia.read(tmp_path)
    gap.unlink()
    shutil.copy(first, folder / "NACT_01_0000.nii.gz")
    with pytest.raises(InputError, match="Two files"):
        mamamia.read(tmp_path)
    (folder / "NACT_01_0000.nii.gz").rename(folder / "NACT_02_0000.nii.gz")
    with pytest.raises(InputError, match="folder of another"):
        mamamia.read(tmp_path)


def test_a_binary_mask_may_hold_any_one_label_and_several_must_be_chosen_from(tmp_path):
    high = tmp_path / "high.nii.gz"
    write_volume(high, Volume(DATA.astype(np.float32) * 255, GRID), dtype="int16")
    np.testing.assert_array_equal(mask_on_image(high, GRID)[0].data, DATA)
    two = tmp_path / "two.nii.gz"
    write_volume(two, Volume(DATA.astype(np.float32) + 1, GRID), dtype="int16")
    with pytest.raises(InputError, match="several labels"):
        mask_on_image(two, GRID)
    np.testing.assert_array_equal(mask_on_image(two, GRID, 2)[0].data, DATA)
    assert not mask_on_image(two, GRID, 7)[0].data.any()
    half = tmp_path / "half.nii.gz"
    write_volume(half, Volume(DATA * np.float32(0.5), GRID))
    with pytest.raises(InputError, match="no labels"):
        mask_on_image(half, GRID)


def test_an_empty_mask_is_empty(tmp_path):
    path = mask(tmp_path / "m.nii.gz", np.zeros(GRID.shape, bool))
    assert not mask_on_image(path, GRID)[0].data.any()


def test_a_header_that_lies_is_refused_and_one_that_was_lost_is_said(tmp_path):
    lost = Grid(GRID.shape, (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    found, (caveat,) = mask_on_image(mask(tmp_path / "lost.nii.gz", grid=lost), GRID)
    assert caveat.code == "HEADER_LOST"
    np.testing.assert_array_equal(found.data, DATA)
    flipped = Grid(GRID.shape, GRID.spacing_mm, np.diag([1.0, -1.0, 1.0]), (16.8, 30.0, -4.0))
    with pytest.raises(InputError, match="GRID_MISMATCH") as caught:
        mask_on_image(mask(tmp_path / "flipped.nii.gz", grid=flipped), GRID)
    assert caught.value.evidence["difference"] == "flipped axis i"


def test_files_that_are_no_masks_are_one_error(tmp_path):
    path = mask(tmp_path / "m.nii.gz")
    whole = plain(path).read_bytes()
    for bad in (b"", b"\x1f\x8b\x08", whole[:400], whole[:40] + b"\xff\x7f" * 8 + whole[56:]):
        broken = tmp_path / "broken.nii"
        broken.write_bytes(bad)
        with pytest.raises(InputError, match="IMAGE_INVALID"):
            mask_on_image(broken, GRID)


def test_cases_are_patients_and_visits_only_where_there_are_several():
    exams = [ExamId("ISPY11002", "T0"), ExamId("A", "1"), ExamId("A", "2"), ExamId("ISPY1x", "T0")]
    assert list(case_names(exams).values()) == ["ISPY1_1002", "A_1", "A_2", "ISPY1x"]
