"""Images as the pages get them: on one grid, in 16 bits, with nothing that is no number."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.volume import Volume
from breastdce.dataset import layout
from breastdce.formats.nifti import read_volume, write_volume
from breastdce.run.review.case_images import CaseImages, Curves, stored
from tests.unit.run.review.conftest import EXAM


@pytest.fixture
def images(out) -> CaseImages:
    return CaseImages(out, EXAM)


def values_of(found) -> np.ndarray:
    return found.data * np.float64(found.slope) + found.intercept


@pytest.mark.parametrize(("name", "place"), [("pe", layout.pe_map), ("ser", layout.ser_map)])
def test_a_map_is_carried_to_the_grid_of_the_images(images, out, name, place):
    native, shown = read_volume(place(out, EXAM)), images.values(name)
    assert shown.grid is images.grid
    # The first voxels of both grids have one center.
    assert shown.data[0, 0, 0] == pytest.approx(native.data[0, 0, 0], rel=1e-6)
    assert native.data.min() <= shown.data.min() <= shown.data.max() <= native.data.max()
    found = images.volume(name)
    half_a_step = found.slope * 0.51
    np.testing.assert_allclose(values_of(found), shown.data, atol=half_a_step)


def test_what_nobody_can_be_shown_is_refused(images):
    for call in (images.values, images.mask):
        with pytest.raises(InputError) as caught:
            call("moon")
        assert caught.value.code is ErrorCode.UNKNOWN_ENTRY


def test_what_is_not_finite_is_shown_as_nothing():
    image = np.array([[[np.nan, np.inf, -np.inf, -3.0, 5.0]]], np.float32)
    found = stored(image)
    np.testing.assert_allclose(values_of(found), [[[0, 0, 0, -3, 5]]], atol=found.slope)
    assert np.isnan(image[0, 0, 0])  # the caller's image is as it was


def test_an_image_of_one_value_keeps_it():
    assert (
        values_of(stored(np.full((2, 2, 2), 7.0, np.float32))).tolist()
        == np.full((2, 2, 2), 7.0).tolist()
    )


@pytest.mark.parametrize("signal", [12.0, 0.25, 40_000.0, -40_000.0])
def test_curves_tell_the_signal_exactly_whatever_its_range(out, signal):
    path = layout.native_image(out, EXAM, 0)
    first = read_volume(path)
    data = first.data.copy(order="F")
    data[0, 0, 0] = signal
    write_volume(path, Volume(data, first.grid), dtype="float32")
    curves = Curves(out, EXAM, 1, first.grid)
    assert curves.at((0, 0, 0)) == (signal,)
    assert curves.at((1, 0, 0)) == (first.data[1, 0, 0],)
