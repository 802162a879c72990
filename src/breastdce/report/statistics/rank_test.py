"""Whether groups of values differ: the test of Kruskal and Wallis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from breastdce.core.grid import FloatArray


class RankTest(NamedTuple):
    """Result of the test."""

    h: float
    """The statistic, corrected for ties."""
    df: int
    p: float
    """By the chi-square distribution; good for groups of five values and more."""
    epsilon2: float
    """Part of the ranks' variance that lies between the groups, 0 to 1: H / (n - 1) (Tomczak,
    Tomczak, Trends in Sport Sciences 2014;1:19)."""


_NOTHING = RankTest(math.nan, 0, math.nan, math.nan)


def average_ranks(values: FloatArray) -> FloatArray:
    """Ranks from 1; equal values share the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: FloatArray = (last - (counts - 1) / 2)[place]
    return ranks


def kruskal_wallis(groups: Sequence[FloatArray]) -> RankTest:
    """Test whether groups come from one distribution (Kruskal, Wallis, JASA 1952;47:583).

    H = 12 / (n (n + 1)) sum_g R_g^2 / n_g - 3 (n + 1), divided by 1 - sum_t (t^3 - t) / (n^3 - n)
    over runs of t equal values.

    Parameters
    ----------
    groups
        Finite values of each group.

    Returns
    -------
    RankTest
        NaN where fewer than two groups hold a value, or all values are equal.
    """
    filled = [group for group in groups if group.size]
    if len(filled) < 2:
        return _NOTHING
    values = np.concatenate(filled).astype(np.float64)
    n = values.size
    _, counts = np.unique(values, return_counts=True)
    ties = 1.0 - float(np.sum(counts.astype(np.float64) ** 3 - counts)) / (float(n) ** 3 - n)
    if ties <= 0.0:
        return _NOTHING
    ranks = average_ranks(values)
    ends = np.cumsum([group.size for group in filled])[:-1]
    parts = [float(part.sum()) ** 2 / part.size for part in np.split(ranks, ends)]
    h = (12.0 / (n * (n + 1.0)) * math.fsum(parts) - 3.0 * (n + 1.0)) / ties
    h = max(h, 0.0)  # rounding
    from scipy.special import chdtrc  # loaded when needed: most pages test nothing

    df = len(filled) - 1
    return RankTest(h, df, float(chdtrc(df, h)), h / (n - 1))
