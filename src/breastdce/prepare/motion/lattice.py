"""Control points over a box of voxels, and what a deformation by them costs.

The cost is quadratic in the displacements of the control points, which are along the axes i, j, k:
how strongly the field bends (the squares of its second derivatives) and how much it changes volumes
(the square of its divergence), integrated over all space, to where the field has faded.
"""

from __future__ import annotations

import math
from functools import reduce
from typing import Any

import numpy as np

from breastdce.core.grid import FloatArray, Grid
from breastdce.core.transform import Rigid, Spline
from breastdce.imaging.warp import lps, taps
from breastdce.imaging.warp_loops import Taps
from breastdce.prepare.motion.deform_loops import PAIRS, REACH

_RINGS = 3  # of control points that stay: around them the field fades instead of ending


class Lattice:
    """Control points every `mesh_mm` along the axes of a grid, around all its voxels."""

    def __init__(self, grid: Grid, mesh_mm: float) -> None:
        self._grid, self._mesh_mm = grid, mesh_mm
        lengths = [(n - 1) * step for n, step in zip(grid.shape, grid.spacing_mm, strict=True)]
        cells = [math.floor(length / mesh_mm) + 1 for length in lengths]
        self._before_mm = [
            (count * mesh_mm - length) / 2 for count, length in zip(cells, lengths, strict=True)
        ]
        self._cells = cells

    @property
    def shape(self) -> tuple[int, int, int]:
        """Control points along k, j, i."""
        i, j, k = (count + 3 for count in self._cells)
        return k, j, i

    def taps(self) -> tuple[Taps, Taps, Taps]:
        """Control points around the voxels along k, j, i."""
        i, j, k = (
            taps(1 + (before + step * np.arange(voxels, dtype=float)) / self._mesh_mm, count + 3)
            for before, voxels, step, count in zip(
                self._before_mm, self._grid.shape, self._grid.spacing_mm, self._cells, strict=True
            )
        )
        return k, j, i

    def spline(self, moves_mm: FloatArray, rigid: Rigid | None) -> Spline:
        """The deformation of the rigidly moved grid.

        Parameters
        ----------
        moves_mm
            Shape (k, j, i, 3): displacement along the moved axes i, j, k.
        """
        matrix, shift = rigid.affine() if rigid else (np.eye(3), np.zeros(3))
        frame, origin = lps(self._grid)
        axes = matrix @ (frame / self._grid.spacing_mm)
        first = matrix @ origin + shift
        first = first - axes @ np.add(self._before_mm, (1 + _RINGS) * self._mesh_mm)
        ringed = np.pad(moves_mm, [(_RINGS, _RINGS)] * 3 + [(0, 0)])
        x, y, z = first.tolist()
        return Spline(
            (x, y, z),
            (self._mesh_mm,) * 3,
            tuple(axes.ravel().tolist()),
            np.asfortranarray((ringed @ axes.T).transpose(2, 1, 0, 3)),
        )

    def cost(self, bend_weight: float, volume_weight: float) -> Any:
        """Sparse matrix C: a deformation m, flat as [k, j, i, axis], costs m @ C @ m."""
        from scipy import sparse  # loaded when needed

        grams = [_grams(nodes, self._mesh_mm) for nodes in self.shape[::-1]]

        def products(one: list[int], other: list[int]) -> Any:
            """Integrals of derivatives of such orders along i, j, k."""
            parts = [gram[a, b] for gram, a, b in zip(grams, one, other, strict=True)]
            return reduce(sparse.kron, map(sparse.csr_matrix, reversed(parts)))

        axes = np.eye(3, dtype=int)
        bends = [(axes[a] + axes[b]).tolist() for a in range(3) for b in range(3)]
        same = bend_weight * sum(products(orders, orders) for orders in bends)
        total = sparse.kron(same, np.eye(3))
        for a, b in np.ndindex(3, 3):
            pair = products(axes[a].tolist(), axes[b].tolist())
            total = total + volume_weight * sparse.kron(pair, np.outer(axes[a], axes[b]))
        return total.tocsr()


def matrix(stencil: FloatArray) -> Any:
    """Sparse symmetric matrix, flat as in `Lattice.cost`, of sums by `deform_loops`."""
    from scipy import sparse  # loaded when needed

    shape = stencil.shape[:3]
    filled = np.nonzero(stencil.any(axis=-1))
    one = np.ravel_multi_index(filled[:3], shape)
    apart = [at + offset - REACH for at, offset in zip(filled[:3], filled[3:], strict=True)]
    other = np.ravel_multi_index(apart, shape)
    values = stencil[filled]
    size = 3 * math.prod(shape)
    parts = [
        sparse.csr_matrix((values[:, n], (3 * one + a, 3 * other + b)), (size, size))
        for n, pair in enumerate(PAIRS)
        for a, b in {pair, pair[::-1]}
    ]
    return sum(parts[1:], parts[0])


def _grams(nodes: int, mesh_mm: float) -> dict[tuple[int, int], FloatArray]:
    """Integrals along an axis of products of derivatives, by order, of control points' splines."""
    t, share = np.polynomial.legendre.leggauss(4)  # exact up to power 7
    t, share = (t + 1) / 2, share * mesh_mm / 2
    pieces = (
        np.array([(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3])
        / 6,
        np.array([-((1 - t) ** 2), 3 * t**2 - 4 * t, -3 * t**2 + 2 * t + 1, t**2]) / 2 / mesh_mm,
        np.array([1 - t, 3 * t - 2, 1 - 3 * t, t]) / mesh_mm**2,
    )
    found = {}
    for one, other in np.ndindex(3, 3):
        cell = (pieces[one] * share) @ pieces[other].T
        whole = np.zeros((nodes + 2 * _RINGS, nodes + 2 * _RINGS))
        for first in range(nodes + _RINGS):
            whole[first : first + 4, first : first + 4] += cell
        found[one, other] = whole[_RINGS:-_RINGS, _RINGS:-_RINGS]
    return found
