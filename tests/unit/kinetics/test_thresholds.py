from __future__ import annotations

import numpy as np

from breastdce.core.codes import CaveatCode
from breastdce.core.exam import Box, Region, VoiSource
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.kinetics.roi import whole
from breastdce.kinetics.thresholds import (
    FtvParams,
    Origin,
    background_threshold,
    choose_thresholds,
)


def image(data: np.ndarray) -> Volume:
    shape = (data.shape[0], data.shape[1], data.shape[2])
    grid = Grid(shape, (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    return Volume(np.asfortranarray(data, dtype=np.float32), grid)


def test_the_background_is_sixty_percent_of_p95_rounded_half_up():
    pre = image(np.full((3, 3, 3), 58.0))
    assert background_threshold(pre, whole(pre.grid), None, 60.0) == 35  # 34.8
    pre = image(np.full((3, 3, 3), 57.5))
    assert background_threshold(pre, whole(pre.grid), None, 60.0) == 35  # 34.5


def test_the_last_column_row_and_slice_do_not_count():
    data = np.full((4, 4, 4), 10.0)
    data[-1], data[:, -1], data[:, :, -1] = 1000.0, 1000.0, 1000.0
    pre = image(data)
    assert background_threshold(pre, whole(pre.grid), None, 60.0) == 6


def test_an_axis_of_one_voxel_keeps_it():
    pre = image(np.full((4, 4, 1), 10.0))
    assert background_threshold(pre, whole(pre.grid), None, 60.0) == 6


def test_omitted_voxels_count_as_zero():
    pre = image(np.full((5, 5, 5), 100.0))
    omit = np.ones((5, 5, 5), np.bool_)
    omit[0, 0, 0] = False  # one of the 64 voxels of the half-open box: below 5 %
    assert background_threshold(pre, whole(pre.grid), Mask(omit, pre.grid), 60.0) == 0


def test_given_thresholds_are_used_as_they_are():
    pre = image(np.full((3, 3, 3), 58.0))
    region = Region(source=VoiSource.PRODUCER, background=0, pe_percent=50.0, min_neighbors=0)
    chosen, caveats = choose_thresholds(pre, region, whole(pre.grid), None, FtvParams())
    assert (chosen.background, chosen.pe_percent, chosen.min_neighbors) == (0, 50.0, 0)
    assert {chosen.background_origin, chosen.pe_percent_origin, chosen.min_neighbors_origin} == {
        Origin.GIVEN
    }
    assert caveats == ()


def test_each_default_that_is_used_is_named():
    pre = image(np.full((3, 3, 3), 58.0))
    chosen, caveats = choose_thresholds(
        pre, Region(min_neighbors=9), Box((0, 0, 0), (2, 2, 2)), None, FtvParams(pe_percent=60.0)
    )
    assert chosen.background_origin is Origin.COMPUTED
    assert [(caveat.code, caveat.detail) for caveat in caveats] == [
        (CaveatCode.THRESHOLD_DEFAULT, {"threshold": "pe_percent", "value": 60.0})
    ]
