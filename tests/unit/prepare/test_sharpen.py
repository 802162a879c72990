"""Sharpening against closed forms of the method's description (Sled 1998)."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.prepare.sharpen import Sharpening, count, itk_minimum, sharpen

HOW = Sharpening(200, 0.01, 0.15)


def test_one_tissue_blurred_by_the_kernel_is_expected_at_its_middle():
    """The kernel's own blur of a single value is undone, but for the noise term.

    Without sharpening the expectation would lie half way: the mean of two equal Gaussians.
    """
    low, slope = 3.0, 0.01
    values = low + slope * np.arange(200)
    counts = np.exp(-4 * np.log(2) * ((values - 4.0) / HOW.fwhm) ** 2)
    near = np.abs(values - 4.0) < HOW.fwhm / 2
    found = sharpen(counts, low, slope, HOW)[near]
    assert np.abs(found - 4.0).max() < np.abs(values[near] - 4.0).max() / 3


def test_values_far_apart_stay_where_they_are():
    counts = np.zeros(200)
    counts[[40, 150]] = 1000, 500
    found = sharpen(counts, 0.0, 0.02, HOW)
    assert found[[40, 150]] == pytest.approx([0.8, 3.0], abs=1e-3)


def test_a_value_is_shared_between_its_two_nearest_bins():
    counts = np.zeros(5, np.float32)
    count(np.array([0.0, 1.25, 4.0], np.float32), np.float32(0), np.float32(1), counts)
    assert counts.tolist() == [1.0, 0.75, 0.25, 0.0, 1.0]


def test_itk_overlooks_a_minimum_among_first_values_that_rise():
    assert itk_minimum(np.array([1, 2, 3, 2.5], np.float32)) == 2.5
    assert itk_minimum(np.array([2, 1, 3], np.float32)) == 1.0


def test_transforms_on_the_circle_are_those_of_numpy():
    """The whole filter against one written with numpy's transforms."""
    rng = np.random.default_rng(7)
    counts, low, slope = rng.uniform(0, 9, 200), 1.5, 0.02
    size, first = 512, 156
    blurred = np.zeros(size)
    blurred[first : first + 200] = counts
    distance = np.minimum(np.arange(size), size - np.arange(size))
    width = HOW.fwhm / slope
    gaussian = 2 * np.sqrt(np.log(2) / np.pi) / width
    gaussian *= np.exp(-4 * np.log(2) * distance**2 / width**2)
    spectrum = np.fft.fft(gaussian).real
    sharp = np.fft.ifft(np.fft.fft(blurred) * spectrum / (spectrum**2 + HOW.noise)).real.clip(0)
    values = low + (np.arange(size) - first) * slope
    moment, weight = (np.fft.ifft(np.fft.fft(x) * spectrum).real for x in (sharp * values, sharp))
    expected = (moment / weight)[first : first + 200]
    np.testing.assert_allclose(sharpen(counts, low, slope, HOW), expected, rtol=1e-6)
