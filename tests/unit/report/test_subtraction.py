"""Gain of signal and its projection against closed forms."""

from __future__ import annotations

import numpy as np

from breastdce.report.panels.mip import mip_pictures
from breastdce.report.plane import planes
from breastdce.report.subtraction import enhancement_window, projection, subtraction


def test_the_block_gains_what_it_was_given(view):
    difference = subtraction(view.post1.volume, view.pre.volume)
    assert np.unique(difference.data[view.ftv.data]).tolist() == [190.0]  # 300 - 110
    assert not difference.data[~view.ftv.data].any()
    window = enhancement_window(difference, view.crop)
    assert (window.low, window.high) == (0.0, 190.0)


def test_the_projection_is_the_shadow_of_the_block(view):
    difference = subtraction(view.post1.volume, view.pre.volume)
    for plane, picture in zip(planes(view.ftv.grid), mip_pictures(view), strict=True):
        image = projection(difference, plane, view.crop)
        ((_, shadow),) = picture.outlines
        np.testing.assert_array_equal(image == 190.0, shadow)
        across = view.ftv.data.any(axis=(plane.normal, plane.down)).sum()
        down = view.ftv.data.any(axis=(plane.normal, plane.across)).sum()
        assert shadow.sum() == across * down
        assert picture.layers[0].size == picture.cut.pixels


def test_nothing_enhancing_is_black(view):
    difference = subtraction(view.pre.volume, view.pre.volume)
    assert enhancement_window(difference, view.crop).high > 0
