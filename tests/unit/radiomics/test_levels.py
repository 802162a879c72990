from __future__ import annotations

import math

import numpy as np
import pytest

from breastdce.core.codes import Undefined
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.radiomics.levels import MAX_LEVELS, Binning, discretize
from breastdce.radiomics.region import Region, on_box


def _levels(values, binning, lower=-math.inf):
    found = discretize(np.array(values, np.float32), binning, lower)
    assert not isinstance(found, Undefined), found
    return found[0].tolist(), found[1]


def test_a_number_of_bins_spans_the_values_and_holds_the_largest_in_the_last():
    assert _levels([0, 1, 2, 3, 4], Binning(method="number", bins=2)) == ([1, 1, 2, 2, 2], 2)
    assert _levels([5, 5], Binning(method="number", bins=8)) == ([1, 1], 8)


def test_bins_of_a_width_start_at_the_range_or_at_the_smallest_value():
    width = Binning(method="width", width=10)
    assert _levels([5, 14, 15, 26], width) == ([1, 1, 2, 3], 3)
    assert _levels([5, 14, 15, 26], width, lower=-10.0) == ([2, 3, 3, 4], 4)


def test_bins_of_a_width_may_start_at_its_multiple():
    binning = Binning(method="width", width=10, origin="multiple")
    assert _levels([5, 14, 15, 26], binning) == ([1, 2, 2, 3], 3)
    assert _levels([-5, 0, 4], binning, lower=-1000.0) == ([1, 2, 2], 2)


def test_whole_numbers_may_be_levels_already():
    assert _levels([1, 3, 6], Binning(method="none")) == ([1, 3, 6], 6)


@pytest.mark.parametrize("values", [[0, 1], [1.5, 2], [-3, 4]])
def test_what_is_not_a_whole_number_from_one_is_no_level(values):
    found = discretize(np.array(values, np.float32), Binning(method="none"), -math.inf)
    assert found is Undefined.LEVELS_NOT_WHOLE


def test_bins_that_are_too_narrow_give_no_levels():
    values = np.array([0, MAX_LEVELS], np.float32)
    narrow = Binning(method="width", width=1)
    assert discretize(values, narrow, -math.inf) is Undefined.TOO_MANY_LEVELS
    assert discretize(values[:0], narrow, -math.inf) is Undefined.EMPTY_REGION


def test_levels_lie_on_the_box_with_an_empty_margin():
    inside = np.zeros((3, 2, 2), bool, order="F")
    inside[0, 0, 0] = inside[2, 1, 1] = True
    levels = on_box(inside, np.array([4, 7]), 7, 2)
    assert levels.box.shape == (7, 6, 6)
    assert levels.box[2, 2, 2] == 4
    assert levels.box[4, 3, 3] == 7
    assert levels.flat[levels.where].tolist() == [4, 7]
    assert levels.where[0] + levels.step((2, 1, 1)) == levels.where[1]
    assert np.count_nonzero(levels.box) == 2


def test_a_region_makes_its_levels_once_per_binning():
    grid = Grid((2, 2, 1), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    image = Volume(np.array([[[1.0], [2.0]], [[3.0], [4.0]]], np.float32), grid)
    region = Region.of(image, Mask(np.ones((2, 2, 1), bool), grid))
    first = region.levels(Binning(bins=2))
    assert region.levels(Binning(bins=2)) is first
    assert region.levels(Binning(bins=4)) is not first
