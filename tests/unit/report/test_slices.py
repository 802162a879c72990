"""Which slices are shown and how they are cropped."""

from __future__ import annotations

import numpy as np

from breastdce.core.volume import Mask
from breastdce.report.slices import body_crop, lesion_cuts, lesion_stack


def test_slices_pass_through_the_largest_area(view):
    first, second, third = lesion_cuts(view.ftv, view.crop)
    assert [cut.plane.name for cut in (first, second, third)] == ["sagittal", "axial", "coronal"]
    assert (first.index, second.index, third.index) == (4, 12, 10)


def test_neighbors_lie_either_side_and_inside_the_grid(view):
    assert [cut.index for cut in lesion_stack(view.ftv, view.crop)] == [3, 4, 6]


def test_an_empty_mask_shows_the_center(view):
    nothing = Mask(np.zeros_like(view.ftv.data), view.ftv.grid)
    assert [cut.index for cut in lesion_stack(nothing, view.crop)] == [4, 5, 6]


def test_a_mask_in_the_last_slice_stays_inside_the_grid(view):
    last = Mask(np.zeros_like(view.ftv.data), view.ftv.grid)
    last.data[10, 10, -1] = True
    assert [cut.index for cut in lesion_stack(last, view.crop)] == [10, 11]


def test_air_is_cropped_with_a_margin_of_4_mm(view):
    volume = view.post1.volume
    volume.data[:12] = 0
    crop = body_crop(volume, view.window)
    assert crop == (slice(12 - 6, 32), slice(0, 28), slice(0, 12))


def test_the_crop_never_cuts_the_mask(view):
    view.ftv.data[0, 0, 0] = True
    view.post1.volume.data[:12] = 0
    assert view.crop[0].start == 0


def test_an_image_of_air_is_shown_whole(view):
    volume = view.post1.volume
    window = view.window
    volume.data[:] = 0
    assert body_crop(volume, window) == (slice(0, 32), slice(0, 28), slice(0, 12))
