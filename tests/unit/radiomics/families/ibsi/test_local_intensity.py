from __future__ import annotations

import math

import numpy as np
import pytest

from breastdce.core.codes import Undefined
from breastdce.core.grid import Grid
from breastdce.core.params import NoParams
from breastdce.core.volume import Mask, Volume
from breastdce.radiomics.families.ibsi.local_intensity import FAMILY
from breastdce.radiomics.region import Region

RADIUS_MM = (3000 / (4 * math.pi)) ** (1 / 3)


def _compute(values, inside, spacing):
    i, j, k = inside.shape
    grid = Grid((i, j, k), spacing, np.eye(3), (0.0, 0.0, 0.0))
    image = Volume(np.asfortranarray(values, dtype=np.float32), grid)
    return FAMILY.compute(Region.of(image, Mask(np.asfortranarray(inside), grid)), NoParams())


def _by_balls(values, inside, spacing):
    values = np.asarray(values, np.float32).astype(np.float64)
    inside = inside & np.isfinite(values)
    where = np.moveaxis(np.indices(values.shape), 0, -1)
    peaks = []
    for center in np.argwhere(inside):
        distance = np.sqrt((((where - center) * spacing) ** 2).sum(axis=-1))
        ball = values[distance <= RADIUS_MM]
        peaks.append(ball[np.isfinite(ball)].mean())
    at_maximum = values[inside] == values[inside].max()
    return np.array(peaks)[at_maximum].max(), max(peaks)


@pytest.mark.parametrize(
    "spacing", [(1.0, 1.0, 1.0), (0.9, 2.0, 3.0), (13.0, 13.0, 13.0), (2.0, 15.0, 1.0)]
)
@pytest.mark.parametrize("gaps", [0.0, 0.1])
def test_peaks_are_those_of_balls_within_the_image(spacing, gaps):
    rng = np.random.default_rng(1)
    shape = (14, 9, 8)
    values = rng.normal(size=shape)
    values[rng.random(shape) < gaps] = np.nan
    inside = np.zeros(shape, bool)
    inside[3:9, :4, 2:] = rng.random((6, 4, 6)) < 0.6  # touches the border
    found = _compute(values, inside, spacing)
    local, highest = _by_balls(values, inside, spacing)
    assert found["local_peak"] == pytest.approx(local)
    assert found["global_peak"] == pytest.approx(highest)


def test_a_ball_within_a_large_image_reaches_out_of_the_region():
    values = np.zeros((31, 31, 31))
    values[15, 15, 15] = 1
    inside = np.zeros(values.shape, bool)
    inside[15, 15, 21] = True  # 6 mm away
    voxels = sum(
        math.hypot(i, j, k) <= RADIUS_MM
        for i in range(-7, 8)
        for j in range(-7, 8)
        for k in range(-7, 8)
    )
    found = _compute(values, inside, (1.0, 1.0, 1.0))
    assert found["local_peak"] == pytest.approx(1 / voxels)


def test_of_several_maxima_the_highest_peak_is_taken():
    values = np.zeros((40, 1, 1))
    values[5], values[30], values[31] = 2, 2, 1
    found = _compute(values, np.ones(values.shape, bool), (3.0, 1.0, 1.0))
    assert found["local_peak"] == pytest.approx(3 / 5)


def test_an_empty_region_has_no_peak():
    found = _compute(np.ones((2, 2, 2)), np.zeros((2, 2, 2), bool), (1.0, 1.0, 1.0))
    assert set(found.values()) == {Undefined.EMPTY_REGION}
