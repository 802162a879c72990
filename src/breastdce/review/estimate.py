"""A statistic with its 95 % interval, or the reason why it has none; quantiles of scores."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal

import msgspec
import numpy as np

from breastdce.imaging.mask_scores import quantile

LEVEL = 0.95
"""Confidence of every interval."""
UPPER = (1.0 + LEVEL) / 2.0
Z = 1.959963984540054
"""Quantile of the normal distribution at `UPPER`."""

Reason = Literal["", "few_cases", "few_readers", "no_variation", "one_category", "no_interval"]
"""Why a value, or its interval alone, is undefined; empty where both are there.

few_cases: fewer than two cases; few_readers: fewer than two readers; no_variation: all values are
equal, so nothing can be told apart; one_category: everybody says the same of every case, so chance
alone would agree as well; no_interval: no disagreement was seen, or too little to tell its spread.
"""


class Estimate(msgspec.Struct, frozen=True):
    """A statistic of cases; NaN with a reason where it is undefined."""

    value: float
    low: float
    """95 % interval."""
    high: float
    n: int
    """Cases that it is of."""
    reason: Reason = ""


def undefined(n: int, reason: Reason) -> Estimate:
    """An estimate without a value."""
    return Estimate(math.nan, math.nan, math.nan, n, reason)


def without_interval(value: float, n: int) -> Estimate:
    """A value whose spread cannot be told."""
    return Estimate(value, math.nan, math.nan, n, "no_interval")


def t_quantile(freedom: int) -> float:
    """Of Student's distribution, at `UPPER`."""
    from scipy.special import stdtrit  # loaded when needed

    return float(stdtrit(freedom, UPPER))


class Spread(msgspec.Struct, frozen=True):
    """Median and quartiles, linearly interpolated; infinite values count, NaN do not."""

    n: int
    q1: float
    median: float
    q3: float


def spread(values: Iterable[float]) -> Spread:
    """Summarize scores; NaN throughout where there is none."""
    known = np.array([value for value in values if not math.isnan(value)], np.float64)
    q1, median, q3 = (quantile(known, part) for part in (0.25, 0.5, 0.75))
    return Spread(len(known), q1, median, q3)
