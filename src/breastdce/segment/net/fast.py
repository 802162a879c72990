"""The paper's network on a CPU, three times as fast as its layers one by one.

The same function in float32, in another order: norms become affine maps that the convolution
after them applies as it reads; convolutions are Winograd's; a concatenation is never made; of the
two logits only their difference is computed, of which the softmax is a sigmoid.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits
from torch import nn

from breastdce.segment.net.channel_loops import Array
from breastdce.segment.net.convolution import (
    Activation,
    Convolution,
    ConvolutionOfVoxels,
    ConvolutionToOne,
    Norm,
    Pool,
    activate,
    doubled,
)
from breastdce.segment.net.resunet import (
    DIVISOR,
    Decode,
    Down,
    Pair,
    ResUNet,
    Up,
    gathered,
    spread_out,
)


class FastResUNet:
    """A trained `ResUNet`, for use only.

    Parameters
    ----------
    network
        With two classes; its weights are copied where they change form.
    threads
        Of the CPU; results do not depend on them.
    """

    def __init__(self, network: ResUNet, threads: int = 1) -> None:
        import scipy.linalg.cython_blas  # noqa: F401 - what the limit below must find loaded

        self._pool, self._coarse = Pool(threads), network.coarse
        self.divisor = (DIVISOR * network.coarse,) * 3
        self._lift = Convolution(network.stem.lift)
        self._stem = _Pair(network.stem.pair)
        self._down = [_Down(cast(Down, down)) for down in network.down]
        self._encode = [_Pair(cast(Pair, pair)) for pair in network.encode]
        self._up = [_Up(cast(Up, up)) for up in network.up]
        self._merge = [_Merge(cast(Decode, decode)) for decode in network.decode]
        self._pair = [_Pair(cast(Decode, decode).pair) for decode in network.decode]
        self._norm, self._head = Norm(network.norm), _difference(network.head)

    def __call__(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probability of the tumor.

        Parameters
        ----------
        images
            float32 [phase, i, j, k], each axis a multiple of `divisor`.

        Returns
        -------
        numpy.ndarray
            float32 [i, j, k].
        """
        # Each block's products of matrices belong to its own thread.
        with threadpool_limits(1, "blas"):
            log_odds = self._log_odds(_through(gathered, images, self._coarse))
        log_odds = _through(spread_out, log_odds, self._coarse)
        return np.asarray((np.tanh(log_odds / 2) + 1) / 2, np.float32)

    def _log_odds(self, images: Array) -> Array:
        pool = self._pool
        x = np.ascontiguousarray(np.moveaxis(images, 0, -1), np.float32)
        x = self._lift(x, activation=_as_it_is(len(images)), pool=pool)
        skips = [self._stem(x, pool)]
        for down, encode in zip(self._down, self._encode, strict=True):
            skips.append(encode(down(skips[-1], pool), pool))
        x = skips.pop()
        for up, merge, pair in zip(self._up, self._merge, self._pair, strict=True):
            x = up(x, pool)
            x = merge(x, skips.pop(), pool)  # what it merged is freed before the pair begins
            x = pair(x, pool)
        return self._head(x, self._norm.of(x, pool=pool), pool)


def _through(change: Callable[[torch.Tensor, int], torch.Tensor], x: Array, coarse: int) -> Array:
    """Gather or spread out an array of [phase,] i, j, k."""
    batch = torch.from_numpy(x.reshape(1, -1, *x.shape[-3:]))
    changed: Array = change(batch, coarse).numpy()
    return changed.reshape(*x.shape[:-3], *changed.shape[-3:])


def _as_it_is(channels: int) -> Activation:
    return Activation(np.ones(channels, np.float32), np.zeros(channels, np.float32), np.float32(1))


def _difference(head: nn.Conv3d) -> ConvolutionToOne:
    """The head that gives the logit of the tumor less that of the background."""
    weight, bias = head.weight.detach(), cast(torch.Tensor, head.bias).detach()
    return ConvolutionToOne(weight[1] - weight[0], float(bias[1] - bias[0]))


class _Pair:
    def __init__(self, pair: Pair) -> None:
        self._norm1, self._conv1 = Norm(pair.norm1), Convolution(pair.conv1)
        self._norm2, self._conv2 = Norm(pair.norm2), Convolution(pair.conv2)

    def __call__(self, x: Array, pool: Pool) -> Array:
        """Overwrites `x`."""
        inner = self._conv1(x, activation=self._norm1.of(x, pool=pool), pool=pool)
        second = self._norm2.of(inner, pool=pool)
        return self._conv2(inner, activation=second, pool=pool, residual=x, out=x)


class _Down:
    def __init__(self, down: Down) -> None:
        self._conv, self._norm = Convolution(down.conv), Norm(down.norm)

    def __call__(self, x: Array, pool: Pool) -> Array:
        y = self._conv(x, activation=_as_it_is(x.shape[3]), pool=pool)
        return activate(y, self._norm.of(y, pool=pool), pool, out=y)


class _Up:
    def __init__(self, up: Up) -> None:
        self._conv = ConvolutionOfVoxels(up.conv)

    def __call__(self, x: Array, pool: Pool) -> Array:
        return doubled(self._conv(x, pool), pool)


class _Merge:
    def __init__(self, decode: Decode) -> None:
        self._norm, self._conv = Norm(decode.norm), Convolution(decode.conv)

    def __call__(self, up: Array, skip: Array, pool: Pool) -> Array:
        activation = self._norm.of(up, skip, pool=pool)
        return self._conv(up, skip, activation=activation, pool=pool)
