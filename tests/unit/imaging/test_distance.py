from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.imaging.distance import within_mm


def mask_of(data: np.ndarray, spacing: tuple[float, float, float]) -> Mask:
    shape = (data.shape[0], data.shape[1], data.shape[2])
    return Mask(np.asfortranarray(data), Grid(shape, spacing, np.eye(3), (0.0, 0.0, 0.0)))


@pytest.mark.parametrize("distance", [0.0, 1.9, 3.3, 7.05, 100.0])
def test_equals_the_full_distance_transform(distance: float):
    data = np.random.default_rng(7).random((23, 17, 13)) > 0.995
    spacing = (0.7, 1.3, 2.1)
    expected = ndimage.distance_transform_edt(~data, sampling=spacing) <= distance
    np.testing.assert_array_equal(within_mm(mask_of(data, spacing), distance).data, expected)


def test_a_center_exactly_at_the_distance_is_within():
    data = np.zeros((1, 1, 31), np.bool_)
    data[0, 0, 0] = True
    near = within_mm(mask_of(data, (1.0, 1.0, 0.7)), 20 * 0.7)  # 14.000000000000002 or less
    assert np.flatnonzero(near.data[0, 0]).tolist() == list(range(21))


def test_nothing_is_near_an_empty_mask():
    data = np.zeros((4, 4, 4), np.bool_)
    assert not within_mm(mask_of(data, (1.0, 1.0, 1.0)), 20.0).data.any()
