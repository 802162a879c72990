"""Compiled counts against plain loops over every voxel."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breastdce.imaging.zones import label_zones
from breastdce.radiomics.matrices.brighter import sums_of_words
from breastdce.radiomics.matrices.cooccurrence import count_pairs
from breastdce.radiomics.matrices.depth import depth_in_steps
from breastdce.radiomics.matrices.neighborhood import block_sums, count_dependence
from breastdce.radiomics.matrices.offsets import IN_PLANE, IN_SPACE, both_ways, captk_offsets
from breastdce.radiomics.matrices.run_length import count_runs
from breastdce.radiomics.region import on_box

COUNT = 3
seeds = st.integers(0, 2**32 - 1)


def _case(seed, margin=1, shape=(5, 4, 3)):
    """Levels by index, and the same laid out with a margin."""
    rng = np.random.default_rng(seed)
    inside = np.asfortranarray(rng.random(shape) < 0.7)
    inside[0, 0, 0] = True
    levels = rng.integers(1, COUNT + 1, shape)
    grid = {
        tuple(int(n) for n in index): int(levels[tuple(index)]) for index in np.argwhere(inside)
    }
    return grid, on_box(inside, levels.T[inside.T], COUNT, margin), inside


def _plus(index, offset, times=1):
    return tuple(n + times * step for n, step in zip(index, offset, strict=True))


@settings(max_examples=25, deadline=None)
@given(seed=seeds, offset=st.sampled_from(IN_SPACE))
def test_pairs_are_counted_one_way(seed, offset):
    grid, levels, _ = _case(seed)
    expected = np.zeros((COUNT, COUNT))
    for index, level in grid.items():
        other = grid.get(_plus(index, offset))
        if other is not None:
            expected[level - 1, other - 1] += 1
    found = count_pairs(levels.flat, levels.where, levels.step(offset), COUNT)
    np.testing.assert_array_equal(found, expected)


@settings(max_examples=25, deadline=None)
@given(seed=seeds, offset=st.sampled_from(IN_SPACE))
def test_runs_end_where_the_level_or_the_region_does(seed, offset):
    grid, levels, _ = _case(seed)
    expected = np.zeros((COUNT, 5))
    for index, level in grid.items():
        if grid.get(_plus(index, offset, -1)) == level:
            continue
        length = 1
        while grid.get(_plus(index, offset, length)) == level:
            length += 1
        expected[level - 1, length - 1] += 1
    found = count_runs(levels.flat, levels.where, levels.step(offset), COUNT, 5)
    np.testing.assert_array_equal(found, expected)


def _flooded(grid, offsets):
    """Zones by flooding, numbered by their first voxel with i fastest."""
    zones: dict[tuple[int, int, int], int] = {}
    for start in sorted(grid, key=lambda index: index[::-1]):
        if start in zones:
            continue
        number, open_ = len(set(zones.values())), [start]
        while open_:
            index = open_.pop()
            if index in zones or grid.get(index) != grid[start]:
                continue
            zones[index] = number
            open_ += [_plus(index, offset) for offset in offsets]
    return [zones[index] for index in sorted(zones, key=lambda index: index[::-1])]


@settings(max_examples=25, deadline=None)
@given(seed=seeds, directions=st.sampled_from([IN_SPACE, IN_PLANE, captk_offsets(3)]))
def test_zones_are_those_of_a_flood(seed, directions):
    shape = (9, 8, 7) if directions == captk_offsets(3) else (5, 4, 3)
    grid, levels, _ = _case(seed, margin=3, shape=shape)
    steps = np.array([levels.step(direction) for direction in directions])
    found = label_zones(levels.flat, levels.where, steps)
    assert found.tolist() == _flooded(grid, both_ways(tuple(directions)))


@pytest.mark.parametrize("in_plane", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_depth_is_the_city_block_distance_out_of_the_mask(seed, in_plane):
    _, _, inside = _case(seed, shape=(7, 6, 5))
    padded = np.pad(inside, 1)
    outside = np.argwhere(~padded)
    found = depth_in_steps(padded, in_plane)
    for index in np.argwhere(padded):
        ways = np.abs(outside - index)
        if in_plane:
            ways = ways[ways[:, 2] == 0]
        assert found[tuple(index)] == ways.sum(axis=1).min()
    assert not found[~padded].any()


@settings(max_examples=25, deadline=None)
@given(seed=seeds, half=st.integers(0, 5), in_plane=st.booleans())
def test_block_sums_stop_at_the_border(seed, half, in_plane):
    values = np.random.default_rng(seed).integers(0, 9, (3, 4, 5)).astype(np.int32)
    found = block_sums(values, half, in_plane)
    reach = 0 if in_plane else half
    for k, j, i in np.ndindex(values.shape):
        block = values[
            max(0, k - reach) : k + reach + 1,
            max(0, j - half) : j + half + 1,
            max(0, i - half) : i + half + 1,
        ]
        assert found[k, j, i] == block.sum()


@settings(max_examples=25, deadline=None)
@given(seed=seeds, tolerance=st.integers(0, 1))
def test_dependence_counts_like_neighbors(seed, tolerance):
    grid, levels, _ = _case(seed)
    expected = np.zeros((COUNT, 27))
    for index, level in grid.items():
        near = [grid.get(_plus(index, offset)) for offset in both_ways(IN_SPACE)]
        alike = [n for n in near if n is not None and abs(n - level) <= tolerance]
        expected[level - 1, len(alike)] += 1
    steps = np.array([levels.step(offset) for offset in both_ways(IN_SPACE)])
    found = count_dependence(levels.flat, levels.where, steps, COUNT, tolerance)
    np.testing.assert_array_equal(found, expected)


@settings(max_examples=10, deadline=None)
@given(seed=seeds, radius=st.integers(1, 2))
def test_words_wrap_at_32_bits_and_bit_31_is_the_sign(seed, radius):
    rng = np.random.default_rng(seed)
    image = rng.integers(-2, 3, (4, 3, 5)).astype(np.float32) * (rng.random((4, 3, 5)) < 0.4)
    padded = np.pad(image, radius)
    found = sums_of_words(padded, radius)
    side = range(2 * radius + 1)
    for k, j, i in np.ndindex(image.shape):
        total = 0
        for number, (at_k, at_j, at_i) in enumerate(itertools.product(side, side, side)):
            if padded[k + at_k, j + at_j, i + at_i] > image[k, j, i]:
                bit = number % 32
                total += 2**bit if bit < 31 else -(2**31)
        assert found[k, j, i] == total
