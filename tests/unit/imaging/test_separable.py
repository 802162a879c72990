from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from breastdce.imaging.separable import Separable, cubic_axis
from breastdce.imaging.spline_loops import Ends

RNG = np.random.default_rng(5)


def _positions(shape, low=-0.5, high=0.499, count=9):
    return [np.sort(RNG.uniform(low, n - 1 + high, count)) for n in shape]


@pytest.mark.parametrize("shape", [(5, 6, 7), (2, 3, 70), (66, 4, 2), (3, 130, 5)])
def test_spline_is_that_of_the_mirrored_image(shape):
    data = RNG.normal(size=shape)
    at = _positions(shape)
    found = Separable(shape, at, "cubic", Ends.MIRRORED, np.float64)(data)
    expected = ndimage.map_coordinates(
        data, np.meshgrid(*at, indexing="ij"), order=3, mode="mirror"
    )
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("shape", [(5, 6, 7), (1, 2, 3)])
def test_spline_is_that_of_the_extended_image(shape):
    data = RNG.normal(size=shape)
    at = _positions(shape, 0.0, 0.0)
    found = Separable(shape, at, "cubic", Ends.EXTENDED, np.float64)(data)
    wide = np.pad(data, 40, mode="edge")
    places = np.meshgrid(*(one + 40 for one in at), indexing="ij")
    expected = ndimage.map_coordinates(wide, places, order=3, mode="mirror")
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("ends", [Ends.MIRRORED, Ends.EXTENDED])
def test_a_single_sample_is_the_value_everywhere(ends):
    at = [np.array([-0.4, 0.0, 0.3])] * 3
    found = Separable((1, 1, 1), at, "cubic", ends, np.float64)(np.full((1, 1, 1), 7.0))
    np.testing.assert_allclose(found, np.full((3, 3, 3), 7.0), rtol=0, atol=1e-14)


def test_an_axis_whose_positions_are_its_samples_is_kept_bit_for_bit():
    data = RNG.normal(size=(4, 5, 6)).astype(np.float32)
    own = [np.arange(float(n)) for n in data.shape]
    for ends in (Ends.MIRRORED, Ends.EXTENDED):
        assert cubic_axis(own[0], 4, ends).ends is Ends.KEPT
        assert np.array_equal(Separable(data.shape, own, "cubic", ends, np.float32)(data), data)
    for order in ("linear", "cubic"):
        half = Separable(data.shape, [own[0] + 0.5, *own[1:]], order, Ends.EXTENDED, np.float32)
        alone = Separable(
            (4, 1, 1), [own[0] + 0.5, np.zeros(1), np.zeros(1)], order, Ends.EXTENDED, np.float32
        )
        assert np.array_equal(half(data)[:, 2, 3], alone(data[:, 2:3, 3:4])[:, 0, 0])


@pytest.mark.parametrize("order", ["linear", "cubic"])
def test_buffers_leave_no_trace_in_the_next_image(order):
    first, second = RNG.normal(size=(2, 6, 7, 8)).astype(np.float32)
    at = _positions(first.shape)
    used = Separable(first.shape, at, order, Ends.EXTENDED, np.float32)
    before = used(first).copy()
    found = used(second)
    fresh = Separable(first.shape, at, order, Ends.EXTENDED, np.float32)
    assert np.array_equal(found, fresh(second))
    assert np.array_equal(before, fresh(first))


@pytest.mark.parametrize("order", ["linear", "cubic"])
def test_float32_stays_float32_and_is_near_float64(order):
    data = RNG.uniform(0, 1, (9, 9, 9))
    at = _positions(data.shape)
    wide = Separable(data.shape, at, order, Ends.EXTENDED, np.float64)(data)
    narrow = Separable(data.shape, at, order, Ends.EXTENDED, np.float32)(data)
    assert [wide.dtype.name, narrow.dtype.name] == ["float64", "float32"]
    # some roundings of float32, which the filters of three axes may amplify by 3 each
    np.testing.assert_allclose(narrow, wide, rtol=0, atol=2e-6)
