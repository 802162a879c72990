"""Agreement of readers on categories beyond chance: Cohen's kappa for two, Fleiss's for more."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import FloatArray
from breastdce.review.estimate import Estimate, Z, t_quantile, undefined, without_interval

_NO_SPREAD = 1e-6  # rounding of a variance of 0


def cohen_kappa(table: NDArray[np.int64]) -> Estimate:
    """Kappa of two readers (Cohen, Educ Psychol Meas 1960;20:37).

    Parameters
    ----------
    table
        Cases by category of the first reader (rows) and of the second (columns), int64, square.

    Returns
    -------
    Estimate
        With the large-sample interval of Fleiss, Cohen and Everitt, Psychol Bull 1969;72:323, cut
        at -1 and 1. Undefined with fewer than two cases, and where both use one and the same
        category throughout; without an interval where they always agree, or never.
    """
    n = int(table.sum())
    if n < 2:
        return undefined(n, "few_cases")
    shares: FloatArray = table / n
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    by_chance = float(rows @ columns)
    if by_chance == 1.0:
        return undefined(n, "one_category")
    value = (float(np.trace(shares)) - by_chance) / (1 - by_chance)
    return _within(value, Z * math.sqrt(_cohen_variance(shares, value, by_chance) / n), n)


def _cohen_variance(shares: FloatArray, value: float, by_chance: float) -> float:
    """Of a single case."""
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    same = np.diag(shares)
    agreed = float((same * (1 - (rows + columns) * (1 - value)) ** 2).sum())
    # A case in row i and column j counts with the column sum of i and the row sum of j.
    weights = (columns[:, None] + rows[None, :]) ** 2
    apart = float((shares * weights).sum() - (same * np.diag(weights)).sum())
    middle = (value - by_chance * (1 - value)) ** 2
    return max(0.0, agreed + (1 - value) ** 2 * apart - middle) / (1 - by_chance) ** 2


def fleiss_kappa(counts: NDArray[np.int64]) -> Estimate:
    """Kappa of any number of readers (Fleiss, Psychol Bull 1971;76:378).

    Parameters
    ----------
    counts
        How many readers put each case (rows) into each category (columns), int64; every case has
        the same number of readers, at least two.

    Returns
    -------
    Estimate
        With the interval of Gwet, Educ Psychol Meas 2021;81:781 (large-sample variance that does
        not suppose chance agreement; t distribution), cut at -1 and 1. Undefined with fewer than
        two cases or readers, and where one category is used throughout; without an interval where
        all agree on every case.

    Raises
    ------
    ValueError
        Cases have different numbers of readers.
    """
    cases = counts.shape[0]
    if cases < 2:
        return undefined(cases, "few_cases")
    readers = int(counts[0].sum())
    if (counts.sum(axis=1) != readers).any():
        raise ValueError("every case needs the same number of readers")
    if readers < 2:
        return undefined(cases, "few_readers")
    pairs = (counts * (counts - 1)).sum(axis=1) / (readers * (readers - 1))
    shares = counts.mean(axis=0) / readers
    by_chance = float((shares**2).sum())
    if (counts.sum(axis=0) == cases * readers).any():
        return undefined(cases, "one_category")
    value = (float(pairs.mean()) - by_chance) / (1 - by_chance)
    single = (pairs - by_chance) / (1 - by_chance)
    expected = counts @ shares / readers
    single = single - 2 * (1 - value) * (expected - by_chance) / (1 - by_chance)
    error = math.sqrt(float(((single - value) ** 2).sum()) / (cases * (cases - 1)))
    return _within(value, t_quantile(cases - 1) * error, cases)


def _within(value: float, half: float, n: int) -> Estimate:
    """Interval cut at the ends of the scale; none where all cases say the same."""
    if half < _NO_SPREAD:
        return without_interval(value, n)
    return Estimate(value, max(-1.0, value - half), min(1.0, value + half), n)
