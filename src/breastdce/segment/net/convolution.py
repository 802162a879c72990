"""The steps of a network that normalizes first, on arrays with adjacent channels, in threads.

Arrays are float32, indexed [i, j, k, channel]. Results do not depend on the number of threads:
each block of a volume is computed, and added up, by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from breastdce.segment.net.channel_loops import (
    Array,
    convolve_to_one,
    double_planes,
    slab_activate,
    slab_moments,
)
from breastdce.segment.net.direct import convolve_voxels, mix_channels, tap_filters, touch_blas
from breastdce.segment.net.resunet import SLOPE
from breastdce.segment.net.winograd import (
    convolve_tiles,
    tile_count,
    transformed_filter,
)

Inputs = tuple[Array, Array]
"""What is concatenated; the second may be of size 0."""
NOTHING: Array = np.zeros((0, 0, 0, 0), np.float32)
_WORK_BYTES = 16 << 20
_WIDEST = 120
"""Most outputs for which the transformed filter, 216 numbers for each pair, is worth its size."""
_BLOCK = 512
"""Voxels that a convolution without transforms computes at once."""
_SLAB = 4  # planes along i that are added up together
_THICK = 16  # the same, where every slab needs a plane more on either side


class Activation(NamedTuple):
    """An affine map of each channel, then a leaky rectifier; slope 1: none."""

    scale: Array
    shift: Array
    slope: np.float32 = np.float32(SLOPE)


class Pool:
    """Threads that share blocks of work, each with work space that it uses again."""

    def __init__(self, threads: int) -> None:
        self._pool, self._own = ThreadPoolExecutor(threads), threading.local()
        all_there = threading.Barrier(threads)

        def touch(_number: int) -> None:
            all_there.wait()
            touch_blas()

        self.each(touch, range(threads))

    def space(self, size: int) -> Array:
        """Floats that belong to the calling thread until it asks again; fresh memory is slow."""
        space: Array | None = getattr(self._own, "space", None)
        if space is None or space.size < size:
            space = self._own.space = np.empty(size, np.float32)
        return space[:size]

    def each(self, call: Callable[[Any], object], items: Iterable[Any]) -> None:
        """Call with every item, in any order."""
        for _ in self._pool.map(call, items):
            pass

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()


def _blocks(count: int, most: int) -> list[tuple[int, int]]:
    """First and last but one of each block of at most so many."""
    return [(first, min(first + most, count)) for first in range(0, count, most)]


def _slabs(x: Array, thickness: int = _SLAB) -> list[tuple[int, int]]:
    return _blocks(x.shape[0], thickness)


def moments(x: Array, pool: Pool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and variance of each channel over all voxels."""
    slabs = _slabs(x)
    sums = np.zeros((len(slabs), 2, x.shape[3]))
    pool.each(lambda n: slab_moments(x, slabs[n][0], slabs[n][1], sums[n]), range(len(slabs)))
    mean, square = sums.sum(axis=0) / (x.size // x.shape[3])
    return mean, np.maximum(square - mean**2, 0)


def activate(x: Array, activation: Activation, pool: Pool, out: Array | None = None) -> Array:
    """Apply an activation, in place where `out` is `x`."""
    y = np.empty_like(x) if out is None else out
    pool.each(lambda slab: slab_activate(x, slab[0], slab[1], *activation, y), _slabs(x))
    return y


def doubled(x: Array, pool: Pool) -> Array:
    """Twice the size along each axis, trilinear with aligned corners."""
    i, j, k, channels = x.shape
    y = np.empty((2 * i, 2 * j, 2 * k, channels), np.float32)
    pool.each(lambda slab: double_planes(x, slab[0], slab[1], y), _slabs(y))
    return y


class Norm:
    """Instance or batch norm in evaluation, as an affine map of each channel."""

    def __init__(self, module: nn.Module) -> None:
        self._weight, self._bias = (
            cast(Tensor, getattr(module, name)).detach().double().numpy()
            for name in ("weight", "bias")
        )
        self._eps = cast(float, module.eps)
        self._kept = None
        if getattr(module, "running_mean", None) is not None:
            mean, variance = cast(Tensor, module.running_mean), cast(Tensor, module.running_var)
            self._kept = mean.double().numpy(), variance.double().numpy()

    def of(self, *inputs: Array, pool: Pool) -> Activation:
        """The map for the concatenation of `inputs`, with the rectifier that follows."""
        if self._kept is None:
            parts = [moments(x, pool) for x in inputs]
            mean, variance = (np.concatenate(values) for values in zip(*parts, strict=True))
        else:
            mean, variance = self._kept
        scale = self._weight / np.sqrt(variance + self._eps)
        shift = self._bias - mean * scale
        return Activation(scale.astype(np.float32), shift.astype(np.float32))


class Convolution:
    """A convolution of 3 x 3 x 3 with what comes before and after it."""

    def __init__(self, module: nn.Conv3d) -> None:
        weight = module.weight.detach().numpy()
        self._bias = cast(Tensor, module.bias).detach().numpy()
        self._stride = module.stride[0]
        self._transforms = self._stride == 1 and len(weight) <= _WIDEST
        self._filters = transformed_filter(weight) if self._transforms else tap_filters(weight)

    def __call__(
        self,
        *inputs: Array,
        activation: Activation,
        pool: Pool,
        residual: Array = NOTHING,
        out: Array | None = None,
    ) -> Array:
        """Convolve the concatenation of one or two inputs, activated; add `residual`.

        `out` may be `residual`.
        """
        shape = tuple(-(-length // self._stride) for length in inputs[0].shape[:3])
        y = np.empty((*shape, self._bias.size), np.float32) if out is None else out
        pair = inputs[0], inputs[1] if len(inputs) > 1 else NOTHING
        work = self._by_tiles if self._transforms else self._by_voxels
        work(pair, activation, residual, y, pool)
        return y

    def _by_tiles(
        self, x: Inputs, before: Activation, residual: Array, y: Array, pool: Pool
    ) -> None:
        u, bias = self._filters, self._bias
        taken, given = u.shape[1:]

        def run(tiles: tuple[int, int]) -> None:
            some = 216 * (tiles[1] - tiles[0])
            v, m = np.split(pool.space(some * (taken + given)), [some * taken])
            v, m = v.reshape(216, -1, taken), m.reshape(216, -1, given)
            scale, shift, slope = before
            convolve_tiles(x[0], x[1], scale, shift, slope, u, bias, residual, y, tiles, v, m)

        most = max(8, _WORK_BYTES // (216 * 4 * (taken + given)))
        pool.each(run, _blocks(tile_count(y.shape[:3]), most))

    def _by_voxels(
        self, x: Inputs, before: Activation, residual: Array, y: Array, pool: Pool
    ) -> None:
        u, bias, stride = self._filters, self._bias, self._stride
        taken, given = u.shape[1:]

        def run(voxels: tuple[int, int]) -> None:
            some = voxels[1] - voxels[0]
            rows, products = np.split(pool.space(some * (taken + given)), [some * taken])
            rows, products = rows.reshape(some, taken), products.reshape(some, given)
            scale, shift, slope = before
            convolve_voxels(x[0], x[1], scale, shift, slope, u, bias, residual, y, stride,
                            voxels[0], rows, products)  # fmt: skip

        pool.each(run, _blocks(y.size // given, _BLOCK))


class ConvolutionOfVoxels:
    """A convolution of 1 x 1 x 1."""

    def __init__(self, module: nn.Conv3d) -> None:
        weight = module.weight.detach()[:, :, 0, 0, 0].numpy()
        self._weight = np.ascontiguousarray(weight.T)
        self._bias = cast(Tensor, module.bias).detach().numpy()

    def __call__(self, x: Array, pool: Pool) -> Array:
        """Each voxel by itself."""
        y = np.empty((*x.shape[:3], self._bias.size), np.float32)
        weight, bias = self._weight, self._bias
        pool.each(lambda slab: mix_channels(x, weight, bias, slab[0], slab[1], y), _slabs(x))
        return y


class ConvolutionToOne:
    """A convolution of 3 x 3 x 3 that gives one channel, with what comes before it."""

    def __init__(self, weight: Tensor, bias: float) -> None:
        taps = weight.permute(1, 2, 3, 0).reshape(27, -1)
        self._filters, self._bias = np.ascontiguousarray(taps.numpy()), np.float32(bias)

    def __call__(self, x: Array, activation: Activation, pool: Pool) -> NDArray[np.float32]:
        """[i, j, k, channel] to [i, j, k]."""
        y = np.empty(x.shape[:3], np.float32)

        def run(slab: tuple[int, int]) -> None:
            convolve_to_one(x, *activation, self._filters, self._bias, *slab, y)

        pool.each(run, _slabs(x, _THICK))
        return y
