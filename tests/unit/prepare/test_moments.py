from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.prepare.moments import Selection, pooled_moments

# 17 x 19 x 29 voxels are two blocks and a part of one, and no multiple of the lanes.
GRID = Grid((17, 19, 29), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))


def _image(seed, offset=0.0):
    values = np.random.default_rng(seed).gamma(2.0, 30.0, GRID.shape) + offset
    return Volume(np.asfortranarray(values, np.float32), GRID)


def _exact(values):
    wide = values.astype(np.longdouble)
    mean = wide.mean()
    return float(mean), float(np.sqrt(((wide - mean) ** 2).mean()))


@pytest.mark.parametrize("offset", [0.0, 1e4, -3e5])
def test_moments_keep_their_digits_however_far_from_zero(offset):
    phases = [_image(1, offset), _image(2, offset)]
    pooled = np.concatenate([phase.data.ravel() for phase in phases])
    mean, sd = pooled_moments(phases)
    assert mean == pytest.approx(_exact(pooled)[0], rel=1e-12)  # as asked of the program
    assert sd == pytest.approx(_exact(pooled)[1], rel=1e-12)


def test_an_empty_border_before_a_bright_object_costs_no_digits():
    values = np.zeros(GRID.shape, np.float32, order="F")
    values[:, :, 15:] = 1e5 + np.random.default_rng(3).normal(size=(17, 19, 14))
    mean, sd = pooled_moments([Volume(values, GRID)])
    assert (mean, sd) == pytest.approx(_exact(values), rel=1e-12)


def test_a_constant_has_no_deviation_at_all():
    flat = Volume(np.full(GRID.shape, 0.1, np.float32, order="F"), GRID)
    assert pooled_moments([flat, flat]) == (float(np.float32(0.1)), 0.0)


@pytest.mark.parametrize("low", [20.0, np.float32(31.4), 1e9])
def test_a_range_counts_its_ends(low):
    image = _image(4)
    image.data[3, 4, 5] = low
    chosen = image.data[(image.data >= low) & (image.data <= 90.0)]
    expected = _exact(chosen) if chosen.size else (0.0, 0.0)
    found = pooled_moments([image], Selection(low=float(low), high=90.0))
    assert found == pytest.approx(expected, rel=1e-12)


def test_a_mask_of_any_memory_order_chooses_the_same():
    image = _image(5)
    inside = np.random.default_rng(6).random(GRID.shape) > 0.7
    found = [
        pooled_moments([image], Selection(Mask(order(inside), GRID)))
        for order in (np.ascontiguousarray, np.asfortranarray)
    ]
    assert found[0] == found[1]
    assert found[0] == pytest.approx(_exact(image.data[inside]), rel=1e-12)


def test_a_missing_value_shows():
    image = _image(7)
    image.data[0, 0, 0] = np.nan
    assert all(np.isnan(pooled_moments([image])))
