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
ComplexArray = NDArray[np.complex128]
Float32 = NDArray[np.float32]


class Sharpening(NamedTuple):
    """Parameters of the filter, named as in ITK."""

    bins: int
    """Of the histogram, from the smallest to the largest value."""
    noise: float
    """Of the Wiener filter: what is added to the squared spectrum of the Gaussian."""
    fwhm: float
    """Full width at half maximum of the Gaussian, in log intensity."""


class Circle(NamedTuple):
    """Where the histogram lies in the middle of a power of two, so that its ends do not meet."""

    reversed_bits: NDArray[np.int64]
    """Order in which a Fourier transform of this size begins."""
    turns: ComplexArray
    """exp(-2 pi i n / size) for half of the size."""


@lru_cache(8)
def circle(bins: int) -> Circle:
    """The circle for a number of bins: at least twice as many places, as in ITK."""
    power = math.ceil(math.log2(bins)) + 1
    places = np.arange(1 << power)
    reversed_bits = np.zeros_like(places)
    for bit in range(power):
        reversed_bits |= (places >> bit & 1) << (power - 1 - bit)
    turns = np.exp(-2j * np.pi * np.arange(places.size // 2) / places.size)
    return Circle(reversed_bits, turns)


def sharpen(counts: FloatArray, low: float, slope: float, how: Sharpening) -> Float32:
    """Expected sharp value at each bin of a histogram whose first bin is `low`, `slope` apart.

    The Gaussian is not normalized but by its own width; negative counts after the filter are 0.
    """
    expected = np.empty(how.bins, np.float32)
    expect(counts, low, slope, how.fwhm, how.noise, circle(how.bins), expected)
    return expected


@kernel
def expect(
    counts: NDArray[np.generic],
    low: float,
    slope: float,
    fwhm: float,
    noise: float,
    on: Circle,
    expected: Float32,
) -> None:
    """Fill `expected` as `sharpen` says.

    Two real sequences travel as one complex one: histogram and Gaussian first; then, since the
    spectrum of the Gaussian is real, first moment and weight of the sharp histogram.
    """
    size, bins = on.reversed_bits.size, expected.size
    first = (size - bins) // 2
    width = fwhm / slope
    scale = 2.0 * math.sqrt(math.log(2.0) / math.pi) / width
    steep = 4.0 * math.log(2.0) / (width * width)
    both = np.empty(size, np.complex128)
    for n in range(size):
        distance = float(min(n, size - n))
        both[n] = 1j * scale * math.exp(-steep * distance * distance)
    for n in range(bins):
        both[first + n] += float(counts[n])
    both = _transformed(both, on, False)
    spectrum = np.empty(size, np.float64)
    sharp = np.empty(size, np.complex128)
    for n in range(size):
        mirror = both[(size - n) % size].conjugate()
        spectrum[n] = (both[n] - mirror).imag / 2
        histogram = (both[n] + mirror) / 2
        sharp[n] = histogram * (spectrum[n] / (spectrum[n] * spectrum[n] + noise))
    sharp = _transformed(sharp, on, True)
    for n in range(size):
        weight = max(sharp[n].real / size, 0.0)
        both[n] = complex(weight * (low + (n - first) * slope), weight)
    both = _transformed(both, on, False)
    for n in range(size):
        both[n] *= spectrum[n]
    both = _transformed(both, on, True)
    for n in range(bins):
        moment, weight = both[first + n].real, both[first + n].imag
        expected[n] = moment / weight if weight != 0 else 0.0


@kernel
def _transformed(values: ComplexArray, on: Circle, inverse: bool) -> ComplexArray:
    """Discrete Fourier transform of a power of two, or its inverse times the size."""
    size = values.size
    out = np.empty_like(values)
    for n in range(size):
        out[n] = values[on.reversed_bits[n]]
    half = 1
    while half < size:
        stride = size // (2 * half)
        for start in range(0, size, 2 * half):
            for n in range(half):
                turn = on.turns[n * stride]
                if inverse:
                    turn = turn.conjugate()
                a, b = out[start + n], out[start + n + half] * turn
                out[start + n], out[start + n + half] = a + b, a - b
        half *= 2
    return out


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
