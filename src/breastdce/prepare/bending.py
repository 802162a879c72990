"""Least squares fit of a lattice of cubic B-splines with a penalty on its bending."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.prepare.bias_field import FloatArray

Three = tuple[FloatArray, FloatArray, FloatArray]


def least_squares(
    inside: NDArray[np.bool_], bases: Three, spans_mm: tuple[float, float, float], smoothing: float
) -> FloatArray:
    """Matrix from sums of values times basis functions to the control points of the best field.

    Parameters
    ----------
    inside
        Samples that values are known at, [i, j, k].
    bases
        Weights of the control points at each sample of an axis, shape (samples, points).
    spans_mm
        Distance of control points per axis.
    smoothing
        mm^4: mean squared residual plus this times the mean of the squared second derivatives
        (xx, yy, zz, and xy, xz, yz twice) over the domain is least.

    Returns
    -------
    FloatArray
        For vectors over [k, j, i], i fastest.
    """
    count = max(int(np.count_nonzero(inside)), 1)
    penalty = bending_energy([basis.shape[1] for basis in bases], spans_mm)
    inverse = np.linalg.pinv(_gram(inside, bases) + smoothing * count * penalty)
    return inverse.astype(np.float64)


def _gram(inside: NDArray[np.bool_], bases: Three) -> FloatArray:
    """Sums over the samples of products of two basis functions each, axis by axis."""
    i, j, k = (np.einsum("na,nb->nab", basis, basis) for basis in bases)
    along_k = np.tensordot(inside.astype(np.float64), k, (2, 0))
    along_j = np.einsum("ijkK,jlL->iklKL", along_k, j)
    whole = np.einsum("iklKL,imM->klmKLM", along_j, i)
    size = int(np.prod(whole.shape[:3]))
    gram: FloatArray = whole.reshape(size, size)
    return gram


def bending_energy(points: list[int], spans_mm: tuple[float, float, float]) -> FloatArray:
    """Quadratic form of the mean squared second derivatives over the domain, in mm^-4.

    Parameters
    ----------
    points
        Control points along i, j, k.

    Returns
    -------
    FloatArray
        For vectors over [k, j, i], i fastest.
    """
    grams = [_derivative_grams(n - 3, span) for n, span in zip(points, spans_mm, strict=True)]
    total = np.zeros((int(np.prod(points)),) * 2)
    for i, j, k in np.ndindex(3, 3, 3):
        if i + j + k == 2:
            times = 1.0 if 2 in (i, j, k) else 2.0
            total += times * np.kron(grams[2][k], np.kron(grams[1][j], grams[0][i]))
    return total


def _derivative_grams(spans: int, span_mm: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Means over an axis of products of two basis functions, and of their derivatives."""
    nodes, weights = np.polynomial.legendre.leggauss(4)  # exact to degree 7; products have 6
    u = (nodes + 1) / 2
    v = 1 - u
    local = (
        np.stack([v**3, 3 * u**3 - 6 * u**2 + 4, 3 * v**3 - 6 * v**2 + 4, u**3], axis=1) / 6,
        np.stack([-(v**2), 3 * u**2 - 4 * u, 4 * v - 3 * v**2, u**2], axis=1) / (2 * span_mm),
        np.stack([v, 3 * u - 2, 3 * v - 2, u], axis=1) / span_mm**2,
    )
    found = [np.zeros((spans + 3, spans + 3)) for _ in local]
    for first in range(spans):
        part = slice(first, first + 4)
        for gram, basis in zip(found, local, strict=True):
            gram[part, part] += np.einsum("na,nb,n->ab", basis, basis, weights / 2) / spans
    return found[0], found[1], found[2]
