"""How far apart two readers' volumes are: bias and limits of agreement, in mL and as a ratio."""

from __future__ import annotations

import math
from typing import Literal

import msgspec
import numpy as np

from breastdce.core.grid import FloatArray
from breastdce.review.estimate import Estimate, t_quantile, undefined

LIMIT = 1.96
"""Limits of agreement in standard deviations: 95 % of differences, if they are normal."""


class BlandAltman(msgspec.Struct, frozen=True, kw_only=True):
    """First minus second reader, or first over second."""

    scale: Literal["ml", "ratio"]
    bias: Estimate
    """Mean difference in mL, or geometric mean of the ratios; `n` counts the cases."""
    lower: Estimate
    """Limit of agreement: bias - 1.96 SD of the differences."""
    upper: Estimate
    left_out: int = 0
    """Cases without a ratio: a volume is 0."""


def bland_altman(first: FloatArray, second: FloatArray) -> BlandAltman:
    """Compare two readers' values of the same cases, float64, shape (n,).

    Notes
    -----
    Bland and Altman, Lancet 1986;327:307. The intervals of the limits use the variance
    SD^2 (1 / n + 1.96^2 / (2 (n - 1))) of Stat Methods Med Res 1999;8:135, section 2.2, and t with
    n - 1 degrees of freedom. Undefined with fewer than two cases.
    """
    bias, lower, upper = _limits(first - second)
    return BlandAltman(scale="ml", bias=bias, lower=lower, upper=upper)


def bland_altman_ratio(first: FloatArray, second: FloatArray) -> BlandAltman:
    """Compare on the log scale, for differences that grow with the volume.

    Notes
    -----
    The logarithms are compared and turned back, so that bias and limits are ratios of the first
    to the second (1986 and 1999, as above: section 3.1). Cases with a volume of 0 have none.
    """
    kept = (first > 0) & (second > 0)
    bias, lower, upper = map(_exponential, _limits(np.log(first[kept]) - np.log(second[kept])))
    left_out = int(np.count_nonzero(~kept))
    return BlandAltman(scale="ratio", bias=bias, lower=lower, upper=upper, left_out=left_out)


def _limits(differences: FloatArray) -> tuple[Estimate, Estimate, Estimate]:
    n = len(differences)
    if n < 2:
        nothing = undefined(n, "few_cases")
        return nothing, nothing, nothing
    bias, sd = float(differences.mean()), float(differences.std(ddof=1))
    t = t_quantile(n - 1)
    of_bias = t * sd / math.sqrt(n)
    of_limit = t * sd * math.sqrt(1 / n + LIMIT**2 / (2 * (n - 1)))
    lower, upper = bias - LIMIT * sd, bias + LIMIT * sd
    return (
        Estimate(bias, bias - of_bias, bias + of_bias, n),
        Estimate(lower, lower - of_limit, lower + of_limit, n),
        Estimate(upper, upper - of_limit, upper + of_limit, n),
    )


def _exponential(found: Estimate) -> Estimate:
    value, low, high = (math.exp(number) for number in (found.value, found.low, found.high))
    return Estimate(value, low, high, found.n, found.reason)
