from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.radiomics.region import Region


def _grid(shape, origin=(0.0, 0.0, 0.0)):
    return Grid(shape, (1.0, 1.0, 1.0), np.eye(3), origin)


def test_values_run_along_i_first():
    grid = _grid((2, 2, 2))
    image = Volume(np.arange(8, dtype=np.float32).reshape((2, 2, 2), order="F"), grid)
    inside = np.ones((2, 2, 2), bool)
    for voxels in (np.ascontiguousarray(inside), np.asfortranarray(inside)):
        region = Region.of(image, Mask(voxels, grid))
        assert region.values.tolist() == list(range(8))


def test_grids_that_differ_are_refused():
    image = Volume(np.zeros((2, 2, 2), np.float32), _grid((2, 2, 2)))
    mask = Mask(np.ones((2, 2, 2), bool), _grid((2, 2, 2), (5.0, 0.0, 0.0)))
    with pytest.raises(InputError) as caught:
        Region.of(image, mask)
    assert caught.value.code is ErrorCode.GRID_MISMATCH


def test_values_that_are_not_finite_leave_the_intensities_and_stay_in_the_shape():
    grid = _grid((2, 1, 1))
    image = Volume(np.array([[[1.0]], [[np.nan]]], np.float32), grid)
    assert Region.of(image, Mask(np.array([[[True]], [[False]]]), grid)).left_out == 0
    region = Region.of(image, Mask(np.ones((2, 1, 1), bool), grid))
    assert (region.size, region.left_out) == (1, 1)
    assert region.shape_box.sum() == 2
