"""The paper's residual 3D U-Net.

Architecture `resunet` of GaNDLF 0.0.14 (`models/unet.py` and `models/seg_modules/`), written from
its description: equal to the original's modules block by block, in parameters and in outputs.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from breastdce.segment.preset import ResUNetParams

LEVELS = 5
DIVISOR = 2 ** (LEVELS - 1)
"""Every axis of the input is a multiple of this."""
SLOPE = 0.01

_Norm = Callable[[int], nn.Module]


def activate(x: Tensor) -> Tensor:
    """Leaky rectifier of slope 0.01."""
    return functional.leaky_relu(x, SLOPE)


def gathered(x: Tensor, coarse: int) -> Tensor:
    """Mean of cubes of `coarse` voxels along each axis."""
    return x if coarse == 1 else functional.avg_pool3d(x, coarse)


def spread_out(x: Tensor, coarse: int) -> Tensor:
    """Trilinear from the centers of those cubes to those of voxels; the outermost hold."""
    if coarse == 1:
        return x
    return functional.interpolate(x, scale_factor=coarse, mode="trilinear", align_corners=False)


def _conv(inputs: int, outputs: int, *, kernel: int = 3, stride: int = 1) -> nn.Conv3d:
    return nn.Conv3d(inputs, outputs, kernel, stride=stride, padding=kernel // 2)


class Pair(nn.Module):
    """Two convolutions beside the identity, each after norm and rectifier; dropout between."""

    def __init__(self, channels: int, norm: _Norm, dropout: float) -> None:
        super().__init__()
        self.norm1, self.conv1 = norm(channels), _conv(channels, channels)
        self.norm2, self.conv2 = norm(channels), _conv(channels, channels)
        self.dropout = nn.Dropout3d(dropout)

    def forward(self, x: Tensor) -> Tensor:
        inner = self.dropout(self.conv1(activate(self.norm1(x))))
        return cast(Tensor, x + self.conv2(activate(self.norm2(inner))))


class Stem(nn.Module):
    """From the phases to the first level."""

    def __init__(self, inputs: int, channels: int, norm: _Norm, dropout: float) -> None:
        super().__init__()
        self.lift = _conv(inputs, channels)
        self.pair = Pair(channels, norm, dropout)

    def forward(self, x: Tensor) -> Tensor:
        return cast(Tensor, self.pair(self.lift(x)))


class Down(nn.Module):
    """Half the size: convolution of stride 2, then norm and rectifier."""

    def __init__(self, inputs: int, outputs: int, norm: _Norm) -> None:
        super().__init__()
        self.conv, self.norm = _conv(inputs, outputs, stride=2), norm(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return activate(self.norm(self.conv(x)))


class Up(nn.Module):
    """Twice the size, trilinear with aligned corners, and a convolution of single voxels.

    The original convolves after enlarging. Both are linear and the weights of the interpolation
    add up to one, so the order makes no difference but in work: here an eighth of it.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = _conv(inputs, outputs, kernel=1)

    def forward(self, x: Tensor) -> Tensor:
        return functional.interpolate(
            self.conv(x), scale_factor=2, mode="trilinear", align_corners=True
        )


class Decode(nn.Module):
    """Normalize the concatenation, reduce it, then a pair around the identity."""

    def __init__(self, inputs: int, channels: int, norm: _Norm) -> None:
        super().__init__()
        self.norm, self.conv = norm(inputs), _conv(inputs, channels)
        self.pair = Pair(channels, norm, dropout=0.0)

    def forward(self, up: Tensor, skip: Tensor) -> Tensor:
        both = torch.cat((up, skip), dim=1)
        return cast(Tensor, self.pair(self.conv(activate(self.norm(both)))))


class ResUNet(nn.Module):
    """Logits of background and tumor.

    Parameters
    ----------
    params
        Width, norm and dropout.
    inputs
        Phases.
    outputs
        Classes.

    Notes
    -----
    `forward` takes float32 (batch, inputs, i, j, k), each axis a multiple of 16 times `coarse`, and
    gives (batch, outputs, i, j, k). With base 30, three phases and two classes there are 29,332,712
    parameters.
    """

    def __init__(self, params: ResUNetParams, inputs: int = 3, outputs: int = 2) -> None:
        super().__init__()

        def norm(channels: int) -> nn.Module:
            if params.norm == "batch":
                return nn.BatchNorm3d(channels)
            running = params.running_stats
            return nn.InstanceNorm3d(channels, affine=True, track_running_stats=running)

        widths = [params.base * 2**level for level in range(LEVELS)]
        self.stem = Stem(inputs, widths[0], norm, params.dropout)
        pairs = list(pairwise(widths))
        self.down = nn.ModuleList(Down(above, below, norm) for above, below in pairs)
        self.encode = nn.ModuleList(Pair(width, norm, params.dropout) for width in widths[1:])
        self.up = nn.ModuleList(Up(below, above) for above, below in reversed(pairs))
        # The last block keeps the width of the concatenation, in the original too.
        self.decode = nn.ModuleList(
            Decode(2 * width, width if width > widths[0] else 2 * width, norm)
            for width in reversed(widths[:-1])
        )
        self.norm, self.head = norm(2 * widths[0]), _conv(2 * widths[0], outputs)
        self.coarse = params.coarse

    def forward(self, x: Tensor) -> Tensor:
        return spread_out(self._logits(gathered(x, self.coarse)), self.coarse)

    def _logits(self, x: Tensor) -> Tensor:
        skips = [self.stem(x)]
        for down, encode in zip(self.down, self.encode, strict=True):
            skips.append(encode(down(skips[-1])))
        x = skips.pop()
        for up, decode in zip(self.up, self.decode, strict=True):
            x = decode(up(x), skips.pop())
        return cast(Tensor, self.head(activate(self.norm(x))))
