"""Otsu's threshold, with the bins and ties of ITK.

Otsu 1979, IEEE Trans. Systems, Man, Cybernetics 9:62; `itkOtsuMultipleThresholdsCalculator.hxx` and
`itkImageToHistogramFilter.hxx` for where bins lie and which of two equal thresholds is taken.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_MARGIN = 100.0  # ITK widens the range by this part of a bin, so that the largest value has a bin


def otsu_threshold(values: NDArray[np.float32], bins: int = 128) -> float:
    """Threshold that separates two classes best; what lies above it is the brighter one.

    Parameters
    ----------
    values
        At least one, finite; any shape.

    Returns
    -------
    float
        Upper limit of the last bin of the darker class, or the value itself where all are equal.
    """
    low, high = float(values.min()), float(values.max())
    if low == high:
        return low
    width = (high - low) / bins
    width = (high + width / _MARGIN - low) / bins
    place = ((values.ravel(order="K").astype(np.float64) - low) / width).astype(np.int64)
    counts = np.bincount(np.minimum(place, bins - 1), minlength=bins).astype(np.float64)
    middle = low + (np.arange(bins) + 0.5) * width
    below, total = np.cumsum(counts)[:-1], counts.sum()
    moment, whole = np.cumsum(counts * middle)[:-1], float((counts * middle).sum())
    above = total - below
    with np.errstate(invalid="ignore", divide="ignore"):
        between = moment**2 / below + (whole - moment) ** 2 / above
    between[~np.isfinite(between)] = -np.inf
    return low + (int(np.argmax(between)) + 1) * width
