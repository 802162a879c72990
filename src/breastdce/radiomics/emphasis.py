"""Features of a table of gray level by length, size, distance or dependence.

Run length, size zone, distance zone and dependence matrices share their features and differ in
what the columns count (IBSI reference manual, sections 3.7 to 3.11).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel


class Emphasis(NamedTuple):
    """Features of a matrix n_ij with N entries in all, gray level i and column value j."""

    short: float
    """Sum of n_ij / j^2, over N."""
    long: float
    """Sum of n_ij j^2, over N."""
    low_gray: float
    """Sum of n_ij / i^2, over N."""
    high_gray: float
    """Sum of n_ij i^2, over N."""
    short_low_gray: float
    short_high_gray: float
    long_low_gray: float
    long_high_gray: float
    gray_nonuniformity: float
    """Sum over i of (sum over j of n_ij)^2, over N."""
    gray_nonuniformity_normalized: float
    """The same over N^2."""
    column_nonuniformity: float
    """Sum over j of (sum over i of n_ij)^2, over N."""
    column_nonuniformity_normalized: float
    gray_mean: float
    column_mean: float
    gray_variance: float
    column_variance: float
    entropy: float
    """In bits."""
    energy: float
    """Sum of (n_ij / N)^2."""
    total: float
    """N."""


class Cells(NamedTuple):
    """The cells of a matrix that are not zero; each array has shape (n,)."""

    gray: NDArray[np.int64]
    """Gray level, from 1."""
    column: NDArray[np.int64]
    """Column value, from 1."""
    entries: NDArray[np.int64]
    """How many."""


def emphasis(matrix: Cells) -> Emphasis:
    """Features of a matrix with at least one entry."""
    by_gray = _totals(matrix.gray, matrix.entries)
    by_column = _totals(matrix.column, matrix.entries)
    return Emphasis(*_features(*matrix, by_gray, by_column))


def cells(matrix: NDArray[np.integer]) -> Cells:
    """Cells of a dense matrix of shape (Ng, columns); row 0 is level 1, column 0 is value 1."""
    row, column = np.nonzero(matrix)
    return Cells(row + 1, column + 1, matrix[row, column].astype(np.int64))


def gather(gray: NDArray[np.int64], column: NDArray[np.int64]) -> Cells:
    """Cells of the matrix that counts pairs of `gray` and `column` (both from 1, shape (n,))."""
    width = int(column.max()) + 1
    codes = np.sort(gray * width + column)
    first = np.flatnonzero(np.append(True, codes[1:] != codes[:-1]))
    code = codes[first]
    return Cells(code // width, code % width, np.diff(np.append(first, codes.size)))


def _totals(place: NDArray[np.int64], entries: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.bincount(place, weights=entries).astype(np.float64)


@kernel
def _features(
    gray: NDArray[np.int64],
    column: NDArray[np.int64],
    count: NDArray[np.int64],
    by_gray: NDArray[np.float64],
    by_column: NDArray[np.float64],
) -> NDArray[np.float64]:
    total = gray_squares = column_squares = 0.0
    for n in by_gray:
        total += n
        gray_squares += n * n
    for n in by_column:
        column_squares += n * n
    sums = np.zeros(8)
    gray_mean = column_mean = entropy = energy = 0.0
    for cell in range(gray.size):
        n = float(count[cell])
        p = n / total
        i2, j2 = float(gray[cell]) ** 2, float(column[cell]) ** 2
        sums[0] += n / j2
        sums[1] += n * j2
        sums[2] += n / i2
        sums[3] += n * i2
        sums[4] += n / (i2 * j2)
        sums[5] += n * i2 / j2
        sums[6] += n * j2 / i2
        sums[7] += n * i2 * j2
        gray_mean += p * gray[cell]
        column_mean += p * column[cell]
        entropy -= p * np.log2(p)
        energy += p * p
    gray_variance = column_variance = 0.0
    for cell in range(gray.size):
        p = count[cell] / total
        gray_variance += p * (gray[cell] - gray_mean) ** 2
        column_variance += p * (column[cell] - column_mean) ** 2
    out = np.empty(19)
    for place in range(8):
        out[place] = sums[place] / total
    out[8], out[9] = gray_squares / total, gray_squares / total**2
    out[10], out[11] = column_squares / total, column_squares / total**2
    out[12], out[13], out[14], out[15] = gray_mean, column_mean, gray_variance, column_variance
    out[16], out[17], out[18] = entropy, energy, total
    return out
