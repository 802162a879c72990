"""Fixed number of bins over a region's range, with the edges and the look-up of ITK's histogram.

Source: ITK 5.2 `itkImageToHistogramFilter.hxx` (automatic range, marginal scale 100) and
`itkHistogram.hxx` (edges, look-up, quantile). The range reaches from the smallest value to the
largest plus a hundredth of a bin, so that the largest lies inside the last bin. The bin width
is float32, the edges are float64.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel

_MARGINAL_SCALE = 100.0  # ITK's default: the last edge lies this part of a bin above the maximum


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """Counts of values in bins of equal width.

    `lower` and `upper` (float64, shape (bins,)) are the edges in intensity units, a bin includes
    its lower one; `counts` (int64, shape (bins,)) are the frequencies; `index` (int16, shape
    (n,)) is the bin of each value, from 0.
    """

    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    counts: NDArray[np.int64]
    index: NDArray[np.int16]

    def quantile(self, share: float) -> float:
        """Intensity below which `share` (0 to 1) of the values lie, linear within a bin.

        As `itk::Statistics::Histogram::Quantile`: counted from below for shares under one half,
        from above otherwise.
        """
        total = float(self.counts.sum())
        below = np.cumsum(self.counts) / total
        if share < 0.5:
            bin_ = int(np.argmax(below >= share))
            before = float(below[bin_ - 1]) if bin_ else 0.0
            inside = (share - before) / (float(self.counts[bin_]) / total)
            return float(self.lower[bin_] + inside * (self.upper[bin_] - self.lower[bin_]))
        # ITK subtracts the share found from above from one; the last digits differ from `below`.
        left = 1.0 - np.cumsum(self.counts[::-1])[::-1] / total
        bin_ = int(np.flatnonzero(left <= share)[-1])
        before = float(left[bin_ + 1]) if bin_ + 1 < left.size else 1.0
        inside = (before - share) / (float(self.counts[bin_]) / total)
        return float(self.upper[bin_] - inside * (self.upper[bin_] - self.lower[bin_]))


def histogram(values: NDArray[np.float32], bins: int) -> Histogram:
    """Count `values` (float32, shape (n,), n > 0) in `bins` equal bins over their own range.

    Equal values all fall into the last bin, as in ITK.
    """
    low, high = float(values.min()), float(values.max())
    top = high + (high - low) / bins / _MARGINAL_SCALE
    lower = bin_edges(low, top, bins)
    index = bin_index(values, lower)
    return Histogram(lower, np.append(lower[1:], top), np.bincount(index, minlength=bins), index)


def bin_edges(low: float, high: float, bins: int) -> NDArray[np.float64]:
    """Lower edges of equal bins from `low` to `high`, as `itk::Statistics::Histogram` sets them.

    Width and multiples of it are float32, their sum with `low` float64.
    """
    width = (np.float32(high) - np.float32(low)) / np.float32(bins)
    return low + (np.arange(bins, dtype=np.float32) * width).astype(np.float64)


@kernel
def bin_index(values: NDArray[np.float32], lower: NDArray[np.float64]) -> NDArray[np.int16]:
    """Bin of each value, from 0; a bin includes its lower edge, the last one all above it.

    Parameters
    ----------
    values
        Shape (n,); below the first edge, and what is not a number, gives -1.
    lower
        Lower edges of up to 32767 nearly equal bins, ascending.
    """
    index = np.empty(values.size, np.int16)
    last = lower.size - 1
    extent = lower[last] - lower[0]
    scale = last / extent if extent > 0 else 0.0
    for number in range(values.size):
        value = np.float64(values[number])
        if not value >= lower[0]:
            index[number] = -1
            continue
        # The quotient is right but for rounding, which the edges themselves decide.
        guess = np.int64(min((value - lower[0]) * scale, last))
        while guess < last and value >= lower[guess + 1]:
            guess += 1
        while value < lower[guess]:
            guess -= 1
        index[number] = guess
    return index
