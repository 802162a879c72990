"""Histogram sharpening: what a voxel's logarithm would be without the blur of a bias field.

A bias field blurs the histogram of log intensity by about a Gaussian. Its inverse (Wiener) filter
gives the sharp histogram, and that the expected sharp value for each blurred one. Source: Sled,
Zijdenbos, Evans 1998, IEEE TMI 17:87; arithmetic as in ITK's
`itkN4BiasFieldCorrectionImageFilter.hxx`, float32 where it is float32 there, since that decides at
the brightest voxel and about the number of iterations.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel

FloatArray = NDArray[np.float64]
Float32 = NDArray[np.float32]


class Sharpening(NamedTuple):
    """Parameters of the filter, named as in ITK."""

    bins: int
    """Of the histogram, from the smallest to the largest value."""
    noise: float
    """Of the Wiener filter: what is added to the squared spectrum of the Gaussian."""
    fwhm: float
    """Full width at half maximum of the Gaussian, in log intensity."""


class Expectation(NamedTuple):
    """Expected sharp value for each bin's value; linear between bins."""

    low: np.float32
    """Value of the first bin."""
    slope: np.float32
    """From bin to bin; not positive where all values are equal."""
    values: Float32
    """Shape (bins,)."""


def expectation(
    values: Float32, low: np.float32, high: np.float32, how: Sharpening, counts: NDArray[np.generic]
) -> Expectation:
    """Sharpen the histogram of some log intensities.

    Parameters
    ----------
    values
        Shape (n,); `low` and `high` are their limits.
    counts
        Histogram to fill, shape (bins,); its type is that of the counting: float32 counts lose
        ones beyond 2^24 as ITK's do.
    """
    slope = np.float32((high - low) / np.float32(how.bins - 1))
    if not slope > 0:
        return Expectation(low, slope, np.full(how.bins, low, np.float32))
    count(values, low, slope, counts)
    return Expectation(low, slope, sharpen(counts, float(low), float(slope), how))


def sharpen(counts: NDArray[np.generic], low: float, slope: float, how: Sharpening) -> Float32:
    """Expected sharp value at each bin of a histogram whose first bin is `low`.

    The Gaussian is not normalized but by its own width; negative counts after the filter are 0.
    """
    grid = _padded(how.bins)
    blurred = np.zeros(grid.size)
    blurred[grid.first : grid.first + how.bins] = counts
    width = how.fwhm / slope
    scale = 2.0 * math.sqrt(math.log(2.0) / math.pi) / width
    gaussian = scale * np.exp((-4.0 * math.log(2.0) / width**2) * grid.squared_distance)
    spectrum = np.fft.rfft(gaussian).real
    wiener = spectrum / (spectrum * spectrum + how.noise)
    both = np.empty((2, grid.size))
    sharp = np.maximum(np.fft.irfft(np.fft.rfft(blurred) * wiener, grid.size), 0.0, out=both[1])
    np.multiply(sharp, low + grid.bin * slope, out=both[0])
    blurred_again = np.fft.irfft(np.fft.rfft(both) * spectrum, grid.size)
    moment, weight = blurred_again[:, grid.first : grid.first + how.bins]
    found = np.divide(moment, weight, out=np.zeros(how.bins), where=weight != 0)
    values: Float32 = found.astype(np.float32)
    return values


class _Padded(NamedTuple):
    """A histogram in the middle of a power of two, so that its ends do not meet."""

    size: int
    first: int
    bin: FloatArray
    squared_distance: FloatArray
    """From 0, on the circle."""


@lru_cache(8)
def _padded(bins: int) -> _Padded:
    size = 1 << (math.ceil(math.log2(bins)) + 1)
    first = (size - bins) // 2
    place = np.arange(size)
    distance = np.minimum(place, size - place).astype(np.float64)
    return _Padded(size, first, (place - first).astype(np.float64), distance**2)


@kernel
def count(values: Float32, low: np.float32, slope: np.float32, counts: NDArray[np.generic]) -> None:
    """Histogram in which each value is shared between its two nearest bins."""
    last = counts.size - 1
    counts[:] = 0
    for n in range(values.size):
        place = (values[n] - low) / slope
        if place < 0:  # only where ITK's search missed the smallest, see `itk_minimum`
            continue
        bin_ = int(place)
        share = place - np.float32(bin_)
        if share == 0:
            # Rounding may carry the largest value beyond the last bin: it is not counted then.
            if bin_ <= last:
                counts[bin_] += 1
        elif bin_ < last:
            counts[bin_] += np.float64(1.0) - share
            counts[bin_ + 1] += share


@kernel
def itk_minimum(values: Float32) -> float:
    """The minimum as ITK finds it: values that rise from the first one on are never candidates."""
    low, high = np.float32(np.inf), np.float32(-np.inf)
    for n in range(values.size):
        if values[n] > high:
            high = values[n]
        elif values[n] < low:
            low = values[n]
    return float(low)
