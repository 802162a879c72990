from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from breastdce.core.errors import InputError
from breastdce.formats.dicom.seg import read_seg
from breastdce.formats.dicom.seg_bits import CONDITIONS, place_bit_mask, read_bit_mask
from tests.unit.formats.dicom.test_seg import GRID, plane, position, save, seg_object

SERIES = "ISPY2: VOLSER: uni-lateral cropped: Analysis Mask"
PE, NEIGHBORS, BACKGROUND, VOI, OMIT = 1, 2, 8, 32, 64


def analysis_mask(volume: np.ndarray, slices, **fields) -> Dataset:
    """As VOLSER writes it: every slice has a frame unless it was cut off, values are bits."""
    frames = [(1, position(k), volume[:, :, k].T) for k in slices]
    dataset = seg_object(frames, binary=False)
    dataset.SeriesDescription = SERIES
    dataset.SegmentSequence[0].SegmentLabel = "VOLSER Analysis Mask"
    for name, value in fields.items():
        setattr(dataset, name, value)
    return dataset


@pytest.fixture
def volume() -> np.ndarray:
    bits = np.array([0, 0, PE, NEIGHBORS, BACKGROUND, VOI, OMIT, PE | VOI | 16], np.uint8)
    return np.random.default_rng(5).choice(bits, GRID.shape)


def test_the_ftv_is_where_no_bit_is_set(tmp_path: Path, volume: np.ndarray):
    path = save(analysis_mask(volume, range(5)), tmp_path / "seg.dcm")
    placed = place_bit_mask(read_bit_mask(path), GRID)
    np.testing.assert_array_equal(placed.ftv().data, volume == 0)
    assert placed.ftv().data.any()
    assert placed.values.flags.f_contiguous


@pytest.mark.parametrize(("name", "bit"), CONDITIONS.items())
def test_a_condition_is_met_where_its_bit_is_cleared(
    tmp_path: Path, volume: np.ndarray, name: str, bit: int
):
    path = save(analysis_mask(volume, range(5)), tmp_path / "seg.dcm")
    placed = place_bit_mask(read_bit_mask(path), GRID)
    np.testing.assert_array_equal(placed.meets(name).data, volume & bit == 0)


def test_a_slice_without_a_frame_is_outside_not_inside(tmp_path: Path, volume: np.ndarray):
    volume[:] = 0
    path = save(analysis_mask(volume, [3, 1]), tmp_path / "seg.dcm")
    inside = place_bit_mask(read_bit_mask(path), GRID).ftv().data
    assert inside.any(axis=(0, 1)).tolist() == [False, True, False, True, False]
    for name in CONDITIONS:
        assert not place_bit_mask(read_bit_mask(path), GRID).meets(name).data[:, :, 0].any()


def test_it_is_told_from_a_common_segmentation(tmp_path: Path, volume: np.ndarray):
    path = save(analysis_mask(volume, range(5)), tmp_path / "bits.dcm")
    assert read_seg(path).bits
    common = save(seg_object([(1, position(0), plane((1, 1)))]), tmp_path / "seg.dcm")
    assert not read_seg(common).bits
    with pytest.raises(InputError, match="Not an analysis mask"):
        read_bit_mask(common)


def test_an_unknown_condition_lists_the_known(tmp_path: Path, volume: np.ndarray):
    path = save(analysis_mask(volume, range(5)), tmp_path / "seg.dcm")
    with pytest.raises(InputError, match="neighbor_count"):
        place_bit_mask(read_bit_mask(path), GRID).meets("size")


def test_frames_outside_are_counted_and_huge_claims_refused(tmp_path: Path, volume: np.ndarray):
    dataset = analysis_mask(volume, range(5))
    dataset.PerFrameFunctionalGroupsSequence[0].PlanePositionSequence[
        0
    ].ImagePositionPatient = list(position(9))
    placed = place_bit_mask(read_bit_mask(save(dataset, tmp_path / "out.dcm")), GRID)
    assert placed.frames_outside == 1
    huge = analysis_mask(volume, range(5), NumberOfFrames=2_000_000_000)
    with pytest.raises(InputError, match="huge"):
        read_bit_mask(save(huge, tmp_path / "huge.dcm"))
