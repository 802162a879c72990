"""Interpolation between drawn slices: closed forms, and what no gap may do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.review.between import fill_between


def mask_of(data: np.ndarray, spacing_mm: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Mask:
    shape = (data.shape[0], data.shape[1], data.shape[2])
    return Mask(np.asfortranarray(data), Grid(shape, spacing_mm, np.eye(3), (0.0, 0.0, 0.0)))


def disc(radius: float, side: int = 41) -> np.ndarray:
    at = np.indices((side, side)) - side // 2
    return (at**2).sum(axis=0) <= radius**2


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_prism_is_whole_again(axis):
    whole = np.zeros((9, 41, 41), np.bool_)
    whole[1:8] = disc(11)
    drawn = whole.copy()
    drawn[2:5] = drawn[6] = False
    turned = mask_of(np.moveaxis(drawn, 0, axis))
    found = fill_between(turned, axis)
    np.testing.assert_array_equal(np.moveaxis(found.data, axis, 0), whole)


def test_a_cone_grows_evenly():
    """Discs of radius 4 and 16, six slices apart: areas of radius 6, 8, ..., within a voxel."""
    data = np.zeros((7, 41, 41), np.bool_)
    data[0], data[6] = disc(4), disc(16)
    found = fill_between(mask_of(data), 0).data
    radii = np.sqrt(found.sum(axis=(1, 2)) / np.pi)
    assert radii.tolist() == pytest.approx([4, 6, 8, 10, 12, 14, 16], abs=1.0)
    assert (np.diff(radii) > 0).all()


def test_distances_are_in_mm():
    """Half way between a cross of two bars, the wide voxels reach twice as far."""
    data = np.zeros((41, 41, 3), np.bool_)
    data[18:23, 2:39, 0] = True
    data[2:39, 18:23, 2] = True
    even = fill_between(mask_of(data), 2).data[:, :, 1]
    np.testing.assert_array_equal(even, even.T)
    wide = fill_between(mask_of(data, (2.0, 1.0, 1.0)), 2).data[:, :, 1]
    assert wide.any(axis=1).sum() < wide.any(axis=0).sum()


def signed_mm(drawn: np.ndarray, spacing: tuple[float, float]) -> np.ndarray:
    """Distance of each pixel to the nearest of the other kind, all pairs one by one."""
    padded = np.pad(drawn, 1)
    at = np.argwhere(np.ones_like(padded)) * spacing
    apart = np.sqrt(((at[:, None] - at[None]) ** 2).sum(axis=2))
    other = padded.ravel()[:, None] != padded.ravel()[None]
    nearest = np.where(other, apart, np.inf).min(axis=1).reshape(padded.shape)
    signed: np.ndarray = np.where(padded, nearest, -nearest)[1:-1, 1:-1]
    return signed


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_slices_between_are_those_of_the_definition(seed):
    data = np.zeros((5, 11, 9), np.bool_)
    data[0], data[4] = np.random.default_rng(seed).random((2, 11, 9)) < 0.7
    one, other = (signed_mm(data[at], (0.7, 2.0)) for at in (0, 4))
    found = fill_between(mask_of(data, (5.0, 0.7, 2.0)), 0).data
    for at in (1, 2, 3):
        between = (1 - at / 4) * one + at / 4 * other
        sure = np.abs(between) > 1e-9  # ties may be rounded either way
        np.testing.assert_array_equal(found[at][sure], (between > 0)[sure])


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), axis=st.integers(0, 2))
def test_what_is_filled_lies_between(seed, axis):
    rng = np.random.default_rng(seed)
    data = np.zeros((8, 12, 12), np.bool_)
    data[1], data[5], data[6] = rng.random((3, 12, 12)) < 0.6
    found = np.moveaxis(fill_between(mask_of(np.moveaxis(data, 0, axis)), axis).data, axis, 0)
    np.testing.assert_array_equal(found[[0, 1, 5, 6, 7]], data[[0, 1, 5, 6, 7]])
    assert (found[2:5] >= (data[1] & data[5])).all()
    assert (found[2:5] <= (data[1] | data[5])).all()
    mirrored = fill_between(mask_of(np.moveaxis(data[::-1], 0, axis)), axis)
    np.testing.assert_array_equal(np.moveaxis(mirrored.data, axis, 0), found[::-1])


def test_a_satellite_in_one_slice_fades():
    data = np.zeros((5, 30, 30), np.bool_)
    data[[0, 4], 5:15, 5:15] = True
    data[0, 20:25, 20:25] = True
    areas = fill_between(mask_of(data), 0).data[:, 17:, 17:].sum(axis=(1, 2))
    assert areas[0] == 25
    assert areas[4] == 0
    assert (np.diff(areas) <= 0).all()


@pytest.mark.parametrize("drawn", [[], [3], [3, 4]])
def test_without_a_gap_nothing_changes(drawn):
    data = np.zeros((8, 41, 41), np.bool_)
    data[drawn] = disc(5)
    np.testing.assert_array_equal(fill_between(mask_of(data), 0).data, data)
