"""Compiled loops of linear and nearest neighbor interpolation on aligned grids.

Arrays are indexed [k, j, i] and run on in memory along i. Images are blended in their own type,
float32 or float64, as low + share (high - low): equal neighbors give their value exactly.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import FloatArray
from breastdce.imaging.kernel import kernel

Array = NDArray[Any]
"""float32 or float64."""
Index = NDArray[np.uint32]
"""Unsigned, so that compiled loops need not ask for negative numbers."""

_TIE = 1e-9  # shares this close are equal: sums of weights are rounded


@kernel
def blend_linear(
    data: Array, k: Index, kw: Array, j: Index, jw: Array, i: Index, iw: Array, out: Array
) -> None:
    """Trilinear values: each row of the target is made in all planes, then blended along k.

    Parameters
    ----------
    data
        Shape (k, j, i).
    k, j, i
        Shape (2, positions): lower and upper neighbor along each axis.
    kw, jw, iw
        Shape (positions,): share of the upper one, in the type of `data`.
    out
        Shape of the target, written whole.
    """
    planes, rows, columns = out.shape
    wide = data.shape[2]
    needed = np.zeros(data.shape[0], np.bool_)
    for n in range(planes):
        needed[k[0, n]] = needed[k[1, n]] = True
    row = np.empty(wide, data.dtype)
    strip = np.empty((data.shape[0], columns), data.dtype)
    for y in range(rows):
        low, high, share = j[0, y], j[1, y], jw[y]
        for z in range(data.shape[0]):
            if not needed[z]:
                continue
            for x in range(wide):
                row[x] = data[z, low, x] + share * (data[z, high, x] - data[z, low, x])
            for x in range(columns):
                left = row[i[0, x]]
                strip[z, x] = left + iw[x] * (row[i[1, x]] - left)
        for z in range(planes):
            below, above, up = k[0, z], k[1, z], kw[z]
            for x in range(columns):
                out[z, y, x] = strip[below, x] + up * (strip[above, x] - strip[below, x])


@kernel
def pick(data: NDArray[Any], k: Index, j: Index, i: Index, out: NDArray[Any]) -> None:
    """Take one sample for each voxel of the target; indices of shape (positions,)."""
    for z in range(out.shape[0]):
        for y in range(out.shape[1]):
            for x in range(out.shape[2]):
                out[z, y, x] = data[k[z], j[y], i[x]]


@kernel
def vote_linear(
    data: NDArray[Any],
    k: Index,
    kw: FloatArray,
    j: Index,
    jw: FloatArray,
    i: Index,
    iw: FloatArray,
    out: NDArray[Any],
) -> None:
    """Label with the largest share of a trilinear blend; indices and weights (2, positions)."""
    labels, shares = np.empty(8, data.dtype), np.empty(8)
    for z in range(out.shape[0]):
        for y in range(out.shape[1]):
            for x in range(out.shape[2]):
                for corner in range(8):
                    a, b, c = corner >> 2, (corner >> 1) & 1, corner & 1
                    labels[corner] = data[k[a, z], j[b, y], i[c, x]]
                    shares[corner] = kw[a, z] * jw[b, y] * iw[c, x]
                out[z, y, x] = _winner(labels, shares)


@kernel
def _winner(labels: NDArray[Any], shares: FloatArray) -> Any:
    """Sum shares by label; of equal shares the lower label wins."""
    best, most = labels[0], -1.0
    for one in range(labels.size):
        total = 0.0
        for other in range(labels.size):
            if labels[other] == labels[one]:
                total += shares[other]
        tied = abs(total - most) <= _TIE
        if (tied and labels[one] < best) or (not tied and total > most):
            best, most = labels[one], total
    return best
