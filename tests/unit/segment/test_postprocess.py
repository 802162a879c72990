"""From probabilities to the mask of a lesion."""

import numpy as np
import pytest

from breastdce.core.grid import Grid
from breastdce.segment.postprocess import mask_of

GRID = Grid((60, 20, 20), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))


def field(*blocks):
    p = np.zeros(GRID.shape, np.float32)
    for start, stop, value in blocks:
        p[start:stop, 5:10, 5:10] = value
    return p


def kept(p, **options):
    found = mask_of(p, GRID, 0.5, **options).data
    return sorted({int(i) for i in np.argwhere(found)[:, 0]})


def test_main_part_is_the_one_with_the_largest_sum_not_the_largest():
    p = field((0, 6, 0.55), (40, 44, 0.95))  # 82.5 and 95
    assert kept(p) == list(range(40, 44))


def test_parts_within_20_mm_are_kept_and_farther_ones_are_not():
    assert kept(field((0, 6, 0.9), (25, 27, 0.9))) == [*range(6), 25, 26]  # centers 20 mm apart
    assert kept(field((0, 6, 0.9), (26, 28, 0.9))) == list(range(6))


def test_small_parts_are_dropped():
    p = field((0, 6, 0.9))
    p[10, 5, 5] = 1.0  # 0.001 mL
    assert kept(p) == list(range(6))
    alone = np.zeros(GRID.shape, np.float32)
    alone[10, 5, 5] = 1.0
    assert not mask_of(alone, GRID, 0.5).data.any()


def test_no_rule_keeps_all_and_nothing_stays_nothing():
    p = field((0, 6, 0.9), (50, 52, 0.9))
    assert kept(p, rule="none") == [*range(6), 50, 51]
    assert not mask_of(np.zeros(GRID.shape, np.float32), GRID, 0.5).data.any()


@pytest.mark.parametrize("threshold", [0.3, 0.7])
def test_threshold_is_the_least_probability(threshold):
    p = field((0, 3, 0.3), (3, 6, 0.7))
    assert mask_of(p, GRID, threshold, "none").data.sum() == (p >= np.float32(threshold)).sum()


def test_a_part_outside_the_breasts_is_none():
    p = field((0, 6, 0.55), (40, 50, 0.95))
    breast = np.zeros(GRID.shape, bool)
    breast[5:30] = True
    assert kept(p, breast=breast) == list(range(6))
    assert kept(p, rule="none", breast=breast) == [*range(6), *range(40, 50)]
    assert kept(p, breast=np.zeros(GRID.shape, bool)) == []
