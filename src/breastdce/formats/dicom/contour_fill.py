"""Pixels inside closed contours, in exact arithmetic.

A pixel is inside if its center is, by the even-odd rule over all contours that are filled at once:
a contour within another is a hole, and so is what a keyhole contour surrounds, since the channel to
it is run through twice. Vertices are rounded to 1/10000 of a pixel, after which nothing is rounded:
a center on a left or upper edge (towards lower indices) is inside, one on a right or lower edge is
not, so that contours that share an edge neither overlap nor leave a gap.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import FloatArray

UNIT = 10_000  # vertices are whole numbers of 1/UNIT pixel
FARTHEST = 100_000
"""Vertices may lie this many pixels from the grid's first; products then fit 64 bits."""
_AT_ONCE = 1 << 20  # crossings of edges and rows held in memory

Integers = NDArray[np.int64]


def fill(contours: Sequence[FloatArray], size: tuple[int, int]) -> NDArray[np.bool_]:
    """Fill closed contours.

    Parameters
    ----------
    contours
        Vertices (n, 2) in pixel indices (i, j) along the plane; the last is joined to the first.
        Finite, and within `FARTHEST`.
    size
        Pixels along i and j.

    Returns
    -------
    ndarray
        Indexed [i, j].
    """
    # crossed[j, i]: how often a walk along row j crosses an edge on its way into pixel i.
    crossed = np.zeros((size[1], size[0] + 1), dtype=np.int64)
    for contour in contours:
        vertices = np.rint(np.asarray(contour, dtype=np.float64) * UNIT).astype(np.int64)
        _count(vertices, np.roll(vertices, -1, axis=0), crossed)
    odd = np.cumsum(crossed[:, : size[0]], axis=1) & 1
    return odd.T.astype(np.bool_)


def _count(start: Integers, end: Integers, crossed: Integers) -> None:
    """Add the crossings of the edges from `start` to `end`."""
    upper = np.where((start[:, 1] <= end[:, 1])[:, None], start, end)
    lower = np.where((start[:, 1] <= end[:, 1])[:, None], end, start)
    # An edge crosses the rows from its upper end, included, to its lower end, excluded.
    first = np.clip(_up(upper[:, 1], UNIT), 0, crossed.shape[0])
    rows = np.clip(_up(lower[:, 1], UNIT), 0, crossed.shape[0]) - first
    ends = np.cumsum(rows)
    begin = 0
    while begin < len(rows):
        before = ends[begin] - rows[begin]
        stop = max(begin + 1, int(np.searchsorted(ends, before + _AT_ONCE, side="right")))
        part = slice(begin, stop)
        _count_some(upper[part], lower[part], first[part], rows[part], crossed)
        begin = stop


def _count_some(
    upper: Integers, lower: Integers, first: Integers, rows: Integers, crossed: Integers
) -> None:
    edge = np.repeat(np.arange(len(rows)), rows)
    j = np.arange(len(edge)) - np.repeat(np.cumsum(rows) - rows, rows) + first[edge]
    di, dj = (lower - upper)[edge].T
    # The first pixel at or right of the crossing: ceil(i0 + (j - j0) di / dj), over one denominator
    numerator = upper[edge, 0] * dj + (j * UNIT - upper[edge, 1]) * di
    i = np.clip(_up(numerator, dj * UNIT), 0, crossed.shape[1] - 1)
    np.add.at(crossed, (j, i), 1)


def _up(numerator: Integers, denominator: Integers | int) -> Integers:
    """Quotient, rounded up."""
    quotient: Integers = -(-numerator // denominator)
    return quotient
