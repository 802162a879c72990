"""Otsu's threshold is ITK's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from breastdce.imaging.otsu import otsu_threshold
from breastdce.testing import itk_oracle


@given(st.integers(0, 2**32 - 1), st.floats(0.1, 0.9))
def test_same_voxels_are_above_as_in_itk(seed, share):
    rng = np.random.default_rng(seed)
    dark = rng.normal(rng.uniform(-50, 50), rng.uniform(1, 20), (8, 9, 10))
    bright = rng.normal(rng.uniform(60, 300), rng.uniform(1, 40), (8, 9, 10))
    image = np.asfortranarray(np.where(rng.random((8, 9, 10)) < share, dark, bright), np.float32)
    assert np.array_equal(image > np.float32(otsu_threshold(image)), itk_oracle.otsu(image))


def test_two_values_are_parted():
    image = np.array([[[1.0, 5.0], [5.0, 1.0]]], np.float32)
    assert 1.0 < otsu_threshold(image) < 5.0


@pytest.mark.parametrize("value", [-2.0, 0.0, 7.5])
def test_nothing_lies_above_the_threshold_of_one_value(value):
    assert otsu_threshold(np.full((2, 2, 2), value, np.float32)) == value
