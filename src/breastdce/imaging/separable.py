"""Interpolation axis by axis on aligned grids: which samples make a value, and how they are run.

Arrays are indexed [k, j, i] here and run on in memory along i. float32 data is worked on in
float32, float64 data in float64. One thread, one order of sums: the same bytes everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import FloatArray
from breastdce.imaging.kernel import read_only
from breastdce.imaging.linear_loops import Array, Index, blend_linear
from breastdce.imaging.spline_loops import POLE, Ends, filter_in_plane, filter_through_plane

Order = Literal["linear", "cubic"]


class Axis(NamedTuple):
    """Which samples make the values along one axis, and with what weights."""

    sample: Index
    """Shape (taps, positions): 2 for linear, 4 for cubic."""
    weight: FloatArray
    """Of the same shape."""
    ends: Ends


def linear_axis(position: FloatArray, voxels: int) -> Axis:
    """Lower and upper neighbor of positions, in voxels; those outside are held at the edge."""
    held = np.clip(position, 0.0, voxels - 1.0)
    low = np.floor(held)
    share = held - low
    index = np.stack([low, np.minimum(low + 1, voxels - 1)])
    return Axis(index.astype(np.uint32), np.stack([1.0 - share, share]), Ends.EXTENDED)


def cubic_weights(t: FloatArray) -> FloatArray:
    """Six times the weights of the four B-splines around positions `t` after the second of them."""
    r = 1 - t
    return np.stack([r**3, 3 * t**3 - 6 * t**2 + 4, 3 * r**3 - 6 * r**2 + 4, t**3])


def cubic_axis(position: FloatArray, voxels: int, ends: Ends) -> Axis:
    """Four coefficients around positions, in voxels.

    With `EXTENDED` ends, positions outside are held at the edge, and coefficient n of a line
    stands for sample n - 1. Weights are six times those of the B-spline: the filter leaves out
    a factor of six. Positions that are the samples' own need no spline, whatever `ends` says.
    """
    if np.array_equal(position, np.arange(voxels)):
        own = np.tile(np.arange(voxels, dtype=np.uint32), (4, 1))
        return Axis(own, np.repeat([[1.0], [0.0], [0.0], [0.0]], voxels, axis=1), Ends.KEPT)
    held = np.clip(position, 0.0, voxels - 1.0) if ends is Ends.EXTENDED else position
    low = np.floor(held)
    t = held - low
    around = low.astype(np.int64) + np.arange(-1, 3)[:, None]
    sample = around + 1 if ends is Ends.EXTENDED else _mirrored(around, voxels)
    return Axis(sample.astype(np.uint32), cubic_weights(t), ends)


def _mirrored(index: NDArray[np.int64], voxels: int) -> NDArray[np.int64]:
    last = voxels - 1
    return last - np.abs(last - index % max(2 * last, 1))


class Separable:
    """Values of arrays of one shape at fixed positions; tables and buffers serve all of them.

    Parameters
    ----------
    shape
        Of the arrays, (k, j, i).
    position
        Positions along k, j and i, in voxels; anywhere for `linear` and `EXTENDED` ends, up to
        half a voxel beyond the outermost centers for `MIRRORED` ones.
    order, ends
        Linear, or the cubic B-spline through the samples and what it takes for those beyond.
    dtype
        float32 or float64: of the arithmetic and of the result.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        position: Sequence[FloatArray],
        order: Order,
        ends: Ends,
        dtype: type[np.floating[Any]],
    ) -> None:
        pairs = list(zip(position, shape, strict=True))
        if order == "linear":
            self._axes = [linear_axis(at, voxels) for at, voxels in pairs]
        else:
            self._axes = [cubic_axis(at, voxels, ends) for at, voxels in pairs]
        self._order, self._dtype = order, dtype
        self._out = tuple(axis.sample.shape[1] for axis in self._axes)
        self._between: Array = np.empty(
            (shape[0], *self._out[1:]) if order == "cubic" else (0, 0, 0), dtype
        )

    def __call__(self, data: NDArray[Any]) -> Array:
        """Interpolate an array of any real type; the result is new and C-contiguous."""
        block = read_only(np.asarray(data, dtype=self._dtype, order="C"))
        out: Array = np.empty(self._out, self._dtype)
        k, j, i = self._axes
        if self._order == "linear":
            kw, jw, iw = (axis.weight[1].astype(self._dtype) for axis in self._axes)
            blend_linear(block, k.sample, kw, j.sample, jw, i.sample, iw, out)
            return out
        kw, jw, iw = (axis.weight.astype(self._dtype) for axis in self._axes)
        pole = self._dtype(POLE)
        filter_in_plane(
            block, j.sample, jw, int(j.ends), i.sample, iw, int(i.ends), pole, self._between
        )
        filter_through_plane(self._between, k.sample, kw, int(k.ends), pole, out)
        return out
