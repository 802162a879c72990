"""Agreement of volumes among readers: the intraclass correlation ICC(2,1)."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from breastdce.core.grid import FloatArray
from breastdce.review.estimate import UPPER, Estimate, undefined, without_interval


class _Squares(NamedTuple):
    """Mean squares of a two-way table without repetition."""

    rows: float
    columns: float
    error: float


def icc_agreement(values: FloatArray) -> Estimate:
    """Two-way random effects, absolute agreement, single measurement.

    Parameters
    ----------
    values
        One row per case, one column per reader, float64, finite.

    Returns
    -------
    Estimate
        ICC(2,1) of Shrout and Fleiss, Psychol Bull 1979;86:420, ICC(A,1) of McGraw and Wong,
        Psychol Methods 1996;1:30, with the interval of the latter (table 7, case 2). It may be
        negative. Undefined with fewer than two cases or readers, or where all values are equal;
        without an interval where no two readers differ.
    """
    cases, readers = values.shape
    if readers < 2:
        return undefined(cases, "few_readers")
    if cases < 2:
        return undefined(cases, "few_cases")
    squares = _mean_squares(values)
    if not any(squares):
        return undefined(cases, "no_variation")
    rows, columns, error = squares
    value = (rows - error) / (rows + (readers - 1) * error + readers * (columns - error) / cases)
    low, high = _interval(squares, value, cases, readers)
    if not (math.isfinite(low) and math.isfinite(high)):
        return without_interval(value, cases)
    return Estimate(value, low, high, cases)


def _mean_squares(values: FloatArray) -> _Squares:
    cases, readers = values.shape
    by_row, by_column = values.mean(axis=1), values.mean(axis=0)
    whole = float(values.mean())
    left = values - by_row[:, None] - by_column[None, :] + whole
    if (values == values[:, :1]).all():  # rounding of the means must not pass for disagreement
        left, by_column = np.zeros_like(left), np.full(readers, whole)
    return _Squares(
        readers * float(((by_row - whole) ** 2).sum()) / (cases - 1),
        cases * float(((by_column - whole) ** 2).sum()) / (readers - 1),
        float((left**2).sum()) / ((cases - 1) * (readers - 1)),
    )


def _interval(squares: _Squares, value: float, cases: int, readers: int) -> tuple[float, float]:
    """Limits of the population's value; its degrees of freedom are Satterthwaite's."""
    from scipy.special import fdtri  # loaded when needed

    rows, columns, error = squares
    if columns == 0 and error == 0:
        return math.nan, math.nan
    ratio = readers * value / (cases * (1 - value))
    of_columns, of_error = ratio * columns, (1 + ratio * (cases - 1)) * error
    freedom = (of_columns + of_error) ** 2 / (
        of_columns**2 / (readers - 1) + of_error**2 / ((cases - 1) * (readers - 1))
    )
    low_f = float(fdtri(cases - 1, freedom, UPPER))
    high_f = float(fdtri(freedom, cases - 1, UPPER))
    rest = readers * columns + (readers * cases - readers - cases) * error
    return (
        cases * (rows - low_f * error) / (low_f * rest + cases * rows),
        cases * (high_f * rows - error) / (rest + cases * high_f * rows),
    )
