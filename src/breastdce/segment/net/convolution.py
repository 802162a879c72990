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
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from breastdce.segment.net.channel_loops import (
    Array,
    convolve_to_one,
    double_planes,
    slab_activate,
    slab_moments,
)
from breastdce.segment.net.resunet import SLOPE
from breastdce.segment.net.winograd import (
    convolve_tiles,
    tile_count,
    transformed_filter,
)

NOTHING: Array = np.zeros((0, 0, 0, 0), np.float32)
_WORK_BYTES = 16 << 20
_WIDEST = 240
"""Most outputs for which the transformed filter, 216 numbers for each pair, is worth its size."""
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


def as_tensor(x: Array) -> Tensor:
    """The same memory as a tensor (1, channel, i, j, k)."""
    return torch.from_numpy(x).permute(3, 0, 1, 2)[None]


def as_array(x: Tensor) -> Array:
    """A tensor (1, channel, i, j, k) as an array [i, j, k, channel]; a copy where need be."""
    return cast(Array, np.ascontiguousarray(x[0].permute(1, 2, 3, 0).numpy()))


def _slabs(x: Array, thickness: int = _SLAB) -> list[tuple[int, int]]:
    planes = x.shape[0]
    return [(first, min(first + thickness, planes)) for first in range(0, planes, thickness)]


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
    """A convolution of 3 x 3 x 3 and stride 1 with what comes before and after it."""

    def __init__(self, module: nn.Conv3d) -> None:
        weight, bias = module.weight.detach(), cast(Tensor, module.bias).detach()
        self._weight, self._bias = weight, bias.numpy()
        narrow = weight.shape[0] <= _WIDEST
        self._filter = transformed_filter(weight.numpy()) if narrow else None

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
        u = self._filter
        if u is None:
            return self._direct(*inputs, activation=activation, pool=pool, residual=residual)
        shape = inputs[0].shape[:3]
        taken, given = u.shape[1:]
        y = np.empty((*shape, given), np.float32) if out is None else out
        other = inputs[1] if len(inputs) > 1 else NOTHING
        most = max(8, _WORK_BYTES // (216 * 4 * (taken + given)))
        count = tile_count(shape)
        blocks = [(first, min(first + most, count)) for first in range(0, count, most)]

        def run(tiles: tuple[int, int]) -> None:
            some = 216 * (tiles[1] - tiles[0])
            v, m = np.split(pool.space(some * (taken + given)), [some * taken])
            v, m = v.reshape(216, -1, taken), m.reshape(216, -1, given)
            before = activation.scale, activation.shift, activation.slope
            convolve_tiles(inputs[0], other, *before, u, self._bias, residual, y, tiles, v, m)

        pool.each(run, blocks)
        return y

    def _direct(self, *inputs: Array, activation: Activation, pool: Pool, residual: Array) -> Array:
        first = 0
        parts = []
        for x in inputs:
            own = slice(first, first + x.shape[3])
            mapped = Activation(activation.scale[own], activation.shift[own], activation.slope)
            parts.append(as_tensor(activate(x, mapped, pool)))
            first = own.stop
        both = torch.cat(parts, dim=1) if len(parts) > 1 else parts[0]
        y = functional.conv3d(both, self._weight, torch.from_numpy(self._bias), padding=1)
        return as_array(y if residual is NOTHING else y + as_tensor(residual))


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
