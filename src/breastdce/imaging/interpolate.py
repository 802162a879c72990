"""Interpolation onto a grid with the same center, axis by axis: linear and cubic B-spline.

The rule of the Image Biomarker Standardisation Initiative, "align grid centers" (reference
manual, section 2.4): a new grid covers the old one and shares its center. Beyond the outermost
voxel centers of the source the value at the edge holds.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import FloatArray, Grid
from breastdce.imaging.kernel import kernel

Order = Literal["linear", "cubic"]

_SIZE_GUARD = 1e-6  # 60 planes of 3 mm are 90 of 2 mm, however the quotient is rounded
_PAD = 16  # the spline's memory of a voxel fades by 0.268 a voxel: 7e-10 after these


def centered_grid(grid: Grid, spacing_mm: tuple[float, float, float]) -> Grid:
    """Grid of another voxel size with the same center: ceil(n spacing / new spacing) voxels.

    A spacing of 0 keeps an axis.
    """
    new = [float(step) or old for step, old in zip(spacing_mm, grid.spacing_mm, strict=True)]
    shape = [
        math.ceil(voxels * old / step - _SIZE_GUARD) if step != old else voxels
        for voxels, old, step in zip(grid.shape, grid.spacing_mm, new, strict=True)
    ]
    shift_mm = [
        (voxels - 1) / 2 * old - (nodes - 1) / 2 * step
        for voxels, nodes, old, step in zip(grid.shape, shape, grid.spacing_mm, new, strict=True)
    ]
    x, y, z = (grid.origin_mm + grid.direction @ np.asarray(shift_mm)).tolist()
    return Grid(
        (shape[0], shape[1], shape[2]),
        (new[0], new[1], new[2]),
        grid.direction.copy(),
        (x, y, z),
    )


def on_centered(data: NDArray[np.generic], source: Grid, target: Grid, order: Order) -> FloatArray:
    """Values at the nodes of a centered grid, from finite values at those of its source.

    Parameters
    ----------
    data
        Shape (i, j, k), finite, any real type.
    source, target
        The grid of `data`, and one that `centered_grid` made from it.
    order
        `cubic` is the interpolating B-spline of order 3 of the data with its edge extended.

    Returns
    -------
    ndarray of shape target.shape
        Fortran order. An axis that keeps its spacing keeps its values.

    Notes
    -----
    Node k of n' lies at (n - 1) / 2 + (k - (n' - 1) / 2) s' / s voxels of the source. The axes
    that lose most voxels come first.
    """
    # The transpose of a Fortran array runs on in memory, which the kernel asks for.
    block = np.ascontiguousarray(data.T, dtype=np.float64)
    growth = [new / old for new, old in zip(target.shape, source.shape, strict=True)]
    for axis in np.argsort(growth, kind="stable").tolist():
        ratio = target.spacing_mm[axis] / source.spacing_mm[axis]
        if ratio != 1.0:
            block = _along(
                block, 2 - axis, _positions(data.shape[axis], target, axis, ratio), order
            )
    return block.T


def _positions(voxels: int, target: Grid, axis: int, ratio: float) -> FloatArray:
    nodes = target.shape[axis]
    exact = (voxels - 1) / 2 + (np.arange(nodes) - (nodes - 1) / 2) * ratio
    return np.clip(exact, 0.0, voxels - 1.0)


class _Taps(NamedTuple):
    first: NDArray[np.int64]
    weights: FloatArray
    """Shape (nodes, taps): of voxels first, first + 1, ..."""


def _along(block: FloatArray, axis: int, position: FloatArray, order: Order) -> FloatArray:
    if order == "cubic":
        pad = [(_PAD, _PAD) if number == axis else (0, 0) for number in range(3)]
        from scipy import ndimage  # loaded when needed: it takes a quarter of a second

        block = ndimage.spline_filter1d(np.pad(block, pad, mode="edge"), 3, axis, mode="mirror")
        taps = _cubic(position + _PAD)
    else:
        taps = _linear(position, block.shape[axis])
    before, after = math.prod(block.shape[:axis]), math.prod(block.shape[axis + 1 :])
    out = np.zeros((before, position.size, after))
    _blend(block.reshape(before, block.shape[axis], after), taps.first, taps.weights, out)
    return out.reshape(*block.shape[:axis], position.size, *block.shape[axis + 1 :])


def _linear(position: FloatArray, voxels: int) -> _Taps:
    first = np.clip(np.floor(position).astype(np.int64), 0, max(voxels - 2, 0))
    share = position - first
    if voxels == 1:
        return _Taps(first, np.ones((position.size, 1)))
    return _Taps(first, np.stack([1.0 - share, share], axis=1))


def _cubic(position: FloatArray) -> _Taps:
    low = np.floor(position).astype(np.int64)
    t = position - low
    weights = [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, 3 * (1 - t) ** 3 - 6 * (1 - t) ** 2 + 4, t**3]
    return _Taps(low - 1, np.stack(weights, axis=1) / 6)


@kernel
def _blend(
    block: FloatArray, first: NDArray[np.int64], weights: FloatArray, out: FloatArray
) -> None:
    """Weighted sums of neighbors along the middle axis; `out` starts at 0."""
    before, nodes, after = out.shape
    for a in range(before):
        for node in range(nodes):
            for tap in range(weights.shape[1]):
                weight = weights[node, tap]
                row = first[node] + tap
                for b in range(after):
                    out[a, node, b] += weight * block[a, row, b]
