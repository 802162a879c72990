"""Slices of a mosaic: the fullest is among them, they are even, few and small."""

from __future__ import annotations

import itertools

import pytest

from breastdce.report.mosaic import TILES, mosaic, shown_slices, small_layer
from breastdce.report.plane import Cut, planes


@pytest.mark.parametrize("length", [1, 19, 20, 21, 56, 448])
@pytest.mark.parametrize("share", [0.0, 0.37, 1.0])
def test_the_fullest_slice_is_shown_and_steps_are_even(view, length, share):
    plane = planes(view.ftv.grid)[0]
    crop = (slice(0, 4), slice(0, 4), slice(5, 5 + length))
    fullest = 5 + round(share * (length - 1))
    slices = shown_slices(plane, crop, fullest)
    assert fullest in slices
    assert len(slices) <= TILES
    assert 5 <= slices[0] <= slices[-1] < 5 + length
    assert len({b - a for a, b in itertools.pairwise(slices)}) <= 1
    step = slices[1] - slices[0] if len(slices) > 1 else length
    assert slices[0] - 5 < step
    assert 5 + length - slices[-1] <= step


def test_without_a_lesion_the_ends_are_left_evenly(view):
    plane = planes(view.ftv.grid)[0]
    assert shown_slices(plane, (slice(0, 4), slice(0, 4), slice(0, 60)), None)[:2] == [1, 4]


def test_tiles_have_the_physical_shape_and_few_pixels(view):
    for plane in planes(view.ftv.grid):
        layer = small_layer(Cut(plane, view.ftv.grid, 5, view.crop), view.post1.volume, view.window)
        assert max(layer.size) <= 224
    assert "FTV outlined" in mosaic(view, planes(view.ftv.grid)[0], [5])
    assert "FTV outlined" not in mosaic(view, planes(view.ftv.grid)[0], [1])
