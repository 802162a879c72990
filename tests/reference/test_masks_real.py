"""Real segmentations voxel by voxel against pydicom alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest

from breastdce.core.grid import Grid
from breastdce.formats.dicom.seg import place_segment, read_seg
from breastdce.run.series import read_series

pytestmark = pytest.mark.data
Data = Callable[[str], Path]


def placed_by_hand(path: Path, grid: Grid) -> tuple[dict[int, np.ndarray], int]:
    """Frames by pydicom, each on the slice nearest along the normal; frames beyond are counted."""
    data = pydicom.dcmread(path)
    pixels = data.pixel_array.reshape(-1, data.Rows, data.Columns)
    shared = data.SharedFunctionalGroupsSequence[0]
    masks: dict[int, np.ndarray] = {}
    outside = 0
    for group, values in zip(data.PerFrameFunctionalGroupsSequence, pixels, strict=True):
        orientation = (
            group if "PlaneOrientationSequence" in group else shared
        ).PlaneOrientationSequence[0]
        row, column = np.reshape(np.float64(orientation.ImageOrientationPatient), (2, 3))
        position = np.float64(group.PlanePositionSequence[0].ImagePositionPatient)
        first = np.array(grid.origin_mm) * [-1, -1, 1]
        k = round(float((position - first) @ np.cross(row, column)) / grid.spacing_mm[2])
        number = group.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        mask = masks.setdefault(number, np.zeros(grid.shape, bool))
        if 0 <= k < grid.shape[2]:
            mask[:, :, k] |= values.T > 0
        else:
            outside += 1
    return masks, outside


def check(path: Path, grid: Grid) -> tuple[dict[int, int], int]:
    """Compare our placement with the one by hand; voxels of each segment, frames outside."""
    expected, outside = placed_by_hand(path, grid)
    seg = read_seg(path)
    counts = {}
    for segment in seg.segments:
        placed = place_segment(segment, grid)
        mask = expected.get(segment.number, np.zeros(grid.shape, bool))
        np.testing.assert_array_equal(placed.mask.data, mask)
        counts[segment.number] = int(mask.sum())
    assert sum(place_segment(s, grid).frames_outside for s in seg.segments) == outside
    return counts, outside


def test_the_tissue_of_a_real_i_spy1_exam_is_placed_to_the_voxel(data: Data):
    image, _ = read_series(data("ucsf_br_06/dce/1-001.dcm"))
    assert check(data("ucsf_br_06/mask/1-1.dcm"), image.grid) == ({1: 82_527}, 0)


def test_the_segments_of_a_real_binary_object_are_placed_to_the_voxel(data: Data):
    image, _ = read_series(data("duke_153/ax_dyn_1st_pass"))
    path = next(data("duke_153/segmentation").glob("*.dcm"))
    counts, outside = check(path, image.grid)
    assert outside == 2
    assert len(counts) == 5
    assert sum(counts.values()) > 0
    seg = read_seg(path)
    assert all(segment.label for segment in seg.segments)
    assert seg.segment(seg.segments[0].number) is seg.segments[0]


@pytest.mark.parametrize("shift", [(0.5, 0.5), (-0.5, 0.5)])
def test_a_half_pixel_shift_of_the_real_object_is_snapped(data: Data, tmp_path: Path, shift):
    image, _ = read_series(data("ucsf_br_06/dce/1-001.dcm"))
    seg = pydicom.dcmread(data("ucsf_br_06/mask/1-1.dcm"))
    direction = image.grid.direction * [[-1], [-1], [1]]
    step = direction[:, :2] @ (np.array(shift) * image.grid.spacing_mm[:2])
    for group in seg.PerFrameFunctionalGroupsSequence:
        plane = group.PlanePositionSequence[0]
        moved = np.float64(plane.ImagePositionPatient) + step
        plane.ImagePositionPatient = [f"{value:.6f}" for value in moved]
    seg.save_as(tmp_path / "shifted.dcm")
    placed = place_segment(read_seg(tmp_path / "shifted.dcm").segments[0], image.grid)
    assert placed.shift_pixels == pytest.approx(0.5, abs=1e-4)
    expected, _ = placed_by_hand(data("ucsf_br_06/mask/1-1.dcm"), image.grid)
    np.testing.assert_array_equal(placed.mask.data, expected[1])
