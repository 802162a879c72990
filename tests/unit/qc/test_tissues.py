"""Two classes of signal and the threshold between them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from breastdce.core.codes import Undefined
from breastdce.core.volume import Mask
from breastdce.qc.tissues import minimum_error_threshold, shading_left, shading_range, sides
from tests.unit.qc.boxes import GLANDS, GRID, LEFT, RIGHT, SHAPE, breasts


@pytest.mark.parametrize(("share", "sd"), [(0.5, 1.0), (0.2, 1.0), (0.3, 1.5)])
def test_threshold_is_where_two_gaussians_are_equally_likely(share, sd):
    rng = np.random.default_rng(5)
    count = int(40000 * share)
    values = np.concatenate([rng.normal(0, 1, 40000 - count), rng.normal(5, sd, count)])
    place = np.linspace(1, 4, 3001)
    first = (1 - share) * np.exp(-(place**2) / 2)
    second = share / sd * np.exp(-(((place - 5) / sd) ** 2) / 2)
    equal = float(place[np.argmin(np.abs(first - second))])
    assert minimum_error_threshold(values.astype(np.float32)) == pytest.approx(equal, abs=0.2)


def test_equal_values_have_no_threshold():
    assert minimum_error_threshold(np.full(9, 3.0, np.float32)) == math.inf


def test_gland_and_fat_are_the_boxes_without_their_rim(clean):
    gland, fat = clean.inside.gland.data, clean.inside.fat.data
    boxes = np.zeros(SHAPE, bool)
    for place in GLANDS:
        boxes[place] = True
    assert np.array_equal(gland, boxes)
    assert not (gland & fat).any()
    assert not (fat & ~breasts()).any()
    assert not clean.inside.all[4:6].any()  # skin of the right breast


def test_shading_of_no_breast_is_undefined(clean):
    none = replace(clean, breast=Mask(np.zeros(SHAPE, bool, order="F"), GRID))
    pre = none.triple.pre
    assert shading_range(none.inside) is Undefined.EMPTY_REGION
    assert shading_left(none.inside, pre, pre) is Undefined.EMPTY_REGION


def test_sides_are_the_patients(clean):
    both = sides(clean.breast)
    assert both is not None
    for found, place in zip(both, (RIGHT, LEFT), strict=True):
        side = np.zeros(SHAPE, bool)
        side[place] = True
        assert np.array_equal(found, side)
