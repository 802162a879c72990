"""How the values of one measure are spread over exams, and which of them lie apart.

A value lies apart when both of two rules say so: it is beyond Tukey's fences (quartiles and 1.5
times their distance; Tukey, Exploratory Data Analysis, 1977) and its robust z, from the median and
the median absolute deviation, exceeds 3.5 (Iglewicz, Hoaglin, How to Detect and Handle Outliers,
1993). Either alone is met by about one in 140 or one in 2,000 normal values.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from breastdce.core.grid import FloatArray

FENCE = 1.5
FAR_Z = 3.5
LEAST_EXAMS = 10
"""Fewer values tell too little about what is usual."""
SKEWED = 0.25
"""Quartile skewness (Bowley 1920) above which positive values are judged by their logarithm: about
that of an exponential distribution (0.26). Our choice."""
_NORMAL_MAD = 0.6744897501960817  # of the standard deviation, for normal values


class Outlier(NamedTuple):
    """A value that lies apart."""

    place: int
    """Which of the values."""
    value: float
    z: float
    """Robust, on the scale that was judged."""


class Spread(NamedTuple):
    """The values of a measure in a few numbers; NaN where there are none."""

    n: int
    """Finite values."""
    missing: int
    low: float
    q1: float
    median: float
    q3: float
    high: float
    on_log: bool
    """Whether values were judged by their logarithm."""
    fences: tuple[float, float]
    """In units of the values; NaN where nothing is judged: few values, or half of them equal."""
    outliers: tuple[Outlier, ...]
    """The farthest first."""

    @property
    def is_constant(self) -> bool:
        """Whether all values are one."""
        return self.n > 0 and self.low == self.high


def spread(values: FloatArray) -> Spread:
    """Describe values; those that are not finite count as missing.

    Parameters
    ----------
    values
        One for each exam, shape (n,), any unit. Quartiles are linearly interpolated.
    """
    known = np.isfinite(values)
    finite = values[known].astype(np.float64)
    missing = int(values.size - finite.size)
    if not finite.size:
        nan = math.nan
        return Spread(0, missing, nan, nan, nan, nan, nan, False, (nan, nan), ())
    low, q1, median, q3, high = (float(v) for v in np.percentile(finite, (0, 25, 50, 75, 100)))
    on_log = low > 0 and _skewness(q1, median, q3) > SKEWED
    fences, outliers = _apart(values, known, on_log=on_log)
    return Spread(int(finite.size), missing, low, q1, median, q3, high, on_log, fences, outliers)


def robust_z(values: FloatArray) -> FloatArray:
    """Distance from the median over the median absolute deviation, scaled to normal values.

    NaN throughout where half of the values or more are equal.
    """
    middle = np.median(values)
    deviation = float(np.median(np.abs(values - middle)))
    if deviation == 0.0:
        return np.full(values.shape, math.nan)
    return np.asarray(_NORMAL_MAD * (values - middle) / deviation, np.float64)


def tukey_fences(values: FloatArray) -> tuple[float, float]:
    """Quartiles, moved outward by 1.5 times their distance."""
    q1, q3 = (float(v) for v in np.percentile(values, (25, 75)))
    return q1 - FENCE * (q3 - q1), q3 + FENCE * (q3 - q1)


def _apart(
    values: FloatArray, known: np.ndarray, *, on_log: bool
) -> tuple[tuple[float, float], tuple[Outlier, ...]]:
    places = np.flatnonzero(known)
    judged = values[places].astype(np.float64)
    judged = np.log(judged) if on_log else judged
    low, high = tukey_fences(judged)
    z = robust_z(judged)
    if places.size < LEAST_EXAMS or low == high or np.isnan(z).any():
        return (math.nan, math.nan), ()
    apart = ((judged < low) | (judged > high)) & (np.abs(z) > FAR_Z)
    found = [
        Outlier(int(places[n]), float(values[places[n]]), float(z[n]))
        for n in np.flatnonzero(apart)
    ]
    found.sort(key=lambda outlier: (-abs(outlier.z), outlier.place))
    fences = (math.exp(low), _exp(high)) if on_log else (low, high)
    return fences, tuple(found)


def _exp(value: float) -> float:
    try:
        return math.exp(value)
    except OverflowError:
        return math.inf


def _skewness(q1: float, median: float, q3: float) -> float:
    return (q3 + q1 - 2 * median) / (q3 - q1) if q3 > q1 else 0.0
