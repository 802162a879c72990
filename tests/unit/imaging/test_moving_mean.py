from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from breastdce.imaging.moving_mean import moving_mean


@pytest.mark.parametrize("ends", ["reflect", "wrap"])
@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize(("shape", "size"), [((9, 14, 7), 3), ((30, 25, 28), 13), ((2, 3, 1), 5)])
def test_means_are_those_of_scipy(shape, size, axis, ends):
    image = np.random.default_rng(3).normal(100, 50, shape).astype(np.float32, order="F")
    found = moving_mean(image, size, axis, ends)
    expected = ndimage.uniform_filter1d(image.astype(np.float64), size, axis, mode=ends)
    assert found.dtype == np.float32
    assert found.flags.f_contiguous
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-5)


def test_memory_order_of_the_image_does_not_matter():
    image = np.random.default_rng(4).normal(size=(5, 6, 7)).astype(np.float32)
    one = moving_mean(image, 3, 1, "wrap")
    assert np.array_equal(one, moving_mean(np.asfortranarray(image), 3, 1, "wrap"))
