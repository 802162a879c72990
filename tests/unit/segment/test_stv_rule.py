from __future__ import annotations

import numpy as np

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.segment.stv_rule import StvParams, stv_candidate


def mask_of(*boxes: tuple[slice, slice, slice], spacing: float = 2.0) -> Mask:
    data = np.zeros((40, 6, 6), np.bool_, order="F")
    for box in boxes:
        data[box] = True
    return Mask(data, Grid((40, 6, 6), (spacing, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0)))


MAIN = (slice(0, 3), slice(0, 3), slice(0, 3))


def speck(i: int) -> tuple[slice, slice, slice]:
    return slice(i, i + 1), slice(0, 1), slice(0, 1)


def test_a_part_exactly_two_centimeters_away_is_kept_and_one_beyond_is_not():
    kept = stv_candidate(mask_of(MAIN, speck(12)), StvParams())  # 10 voxels of 2 mm from i = 2
    assert (kept.parts_found, kept.parts_kept, kept.voxels) == (2, 2, 28)
    dropped = stv_candidate(mask_of(MAIN, speck(13)), StvParams())
    assert (dropped.parts_found, dropped.parts_kept, dropped.voxels) == (2, 1, 27)
    assert dropped.dropped_voxels == 1
    assert not dropped.mask.data[13, 0, 0]


def test_the_distance_is_in_millimeters():
    assert stv_candidate(mask_of(MAIN, speck(13), spacing=1.0), StvParams()).parts_kept == 2


def test_the_distance_counts_from_the_largest_part_not_from_a_kept_one():
    result = stv_candidate(mask_of(MAIN, speck(12), speck(20)), StvParams())
    assert result.parts_kept == 2


def test_a_part_is_kept_whole_when_one_voxel_is_near():
    tail = (slice(12, 30), slice(0, 1), slice(0, 1))
    assert stv_candidate(mask_of(MAIN, tail), StvParams()).voxels == 27 + 18


def test_connectivity_is_a_parameter():
    touching = (slice(3, 4), slice(3, 4), slice(3, 4))
    params = StvParams(connectivity=6, satellite_mm=0.0)
    assert stv_candidate(mask_of(MAIN, touching), params).voxels == 27
    assert stv_candidate(mask_of(MAIN, touching), StvParams(satellite_mm=0.0)).voxels == 28


def test_an_empty_ftv_gives_an_empty_candidate():
    result = stv_candidate(mask_of(), StvParams())
    assert not result.mask.data.any()
    assert (result.parts_found, result.parts_kept, result.largest_voxels, result.voxels) == (0,) * 4
