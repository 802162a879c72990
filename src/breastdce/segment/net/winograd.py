"""Convolution of 3 x 3 x 3 by Winograd's minimal filtering, F(4, 3) along each axis.

Sixty-four outputs come of 216 products instead of 1,728 (S. Winograd, Arithmetic Complexity of
Computations, 1980; A. Lavin and S. Gray, Fast algorithms for convolutional neural networks, 2016,
give the matrices used here). Rounding errors are near 5e-6 of the outputs' spread. `channel_loops`
says what it shares with the direct form.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from breastdce.imaging.kernel import kernel
from breastdce.segment.net.channel_loops import Array

_MOST_CHANNELS = 32
"""Channels of a tile that are transformed at once: 216 times as many floats fit the first cache."""
_K, _J, _I = _MOST_CHANNELS, 6 * _MOST_CHANNELS, 36 * _MOST_CHANNELS
_U = np.uint64  # unsigned offsets: compiled loops need not ask for negative ones
_TWO, _FOUR, _FIVE, _EIGHT = (np.float32(value) for value in (2, 4, 5, 8))

_FILTER = np.array(
    [
        [1 / 4, 0, 0],
        [-1 / 6, -1 / 6, -1 / 6],
        [-1 / 6, 1 / 6, -1 / 6],
        [1 / 24, 1 / 12, 1 / 6],
        [1 / 24, -1 / 12, 1 / 6],
        [0, 0, 1],
    ]
)


def transformed_filter(weight: Array) -> Array:
    """Bring a filter (out, in, 3, 3, 3) into the form of products: (216, in, out)."""
    outputs, inputs = weight.shape[:2]
    taps = weight.transpose(2, 3, 4, 1, 0).reshape(27, -1)
    along_all = np.kron(np.kron(_FILTER, _FILTER), _FILTER).astype(np.float32)
    return np.asarray((along_all @ taps).reshape(216, inputs, outputs))


def tile_count(shape: tuple[int, ...]) -> int:
    """Tiles of 4 x 4 x 4 outputs that cover a volume."""
    i, j, k = (-(-length // 4) for length in shape)
    return i * j * k


Line = Callable[[Array, np.uint64, int], None]


def _forward_along(stride: int) -> Line:
    """Compile the transform of six vectors of inputs, `stride` floats apart, in place.

    The stride is a constant of the machine code: only then is it known that vectors are apart.
    """
    one, two, three = _U(stride), _U(2 * stride), _U(3 * stride)
    four, five = _U(4 * stride), _U(5 * stride)

    @kernel
    def forward(d: Array, start: np.uint64, channels: int) -> None:
        for c in range(channels):
            at = start + _U(c)
            a0, a1, a2 = d[at], d[at + one], d[at + two]
            a3, a4, a5 = d[at + three], d[at + four], d[at + five]
            p, q = a4 - _FOUR * a2, a3 - _FOUR * a1
            r, s = a4 - a2, _TWO * (a3 - a1)
            d[at] = _FOUR * a0 - _FIVE * a2 + a4
            d[at + one] = p + q
            d[at + two] = p - q
            d[at + three] = r + s
            d[at + four] = r - s
            d[at + five] = _FOUR * a1 - _FIVE * a3 + a5

    return forward


def _back_along(stride: int) -> Line:
    """Compile the transform of six vectors of products to four of outputs, in place."""
    one, two, three = _U(stride), _U(2 * stride), _U(3 * stride)
    four, five = _U(4 * stride), _U(5 * stride)

    @kernel
    def back(d: Array, start: np.uint64, channels: int) -> None:
        for c in range(channels):
            at = start + _U(c)
            m0, m1, m2 = d[at], d[at + one], d[at + two]
            m3, m4, m5 = d[at + three], d[at + four], d[at + five]
            p, q, r, s = m1 + m2, m1 - m2, m3 + m4, m3 - m4
            d[at] = m0 + p + r
            d[at + one] = q + _TWO * s
            d[at + two] = p + _FOUR * r
            d[at + three] = q + _EIGHT * s + m5

    return back


_forward_k, _forward_j, _forward_i = (_forward_along(stride) for stride in (_K, _J, _I))
_back_k, _back_j, _back_i = (_back_along(stride) for stride in (_K, _J, _I))


@kernel
def _gather(
    x: Array, corner: tuple[int, int, int], first: int, scale: Array, shift: Array,
    slope: np.float32, d: Array,
) -> None:  # fmt: skip
    """Put the 6 x 6 x 6 neighborhood of a tile, rectified, into the work space."""
    high, wide, long, _ = x.shape
    channels = scale.size
    for i in range(6):
        for j in range(6):
            y, z = corner[0] + i, corner[1] + j
            outside = y < 0 or y >= high or z < 0 or z >= wide
            for k in range(6):
                w = corner[2] + k
                start = ((i * 6 + j) * 6 + k) * _K
                row = d[start : start + channels]
                if outside or w < 0 or w >= long:
                    row[:] = 0
                    continue
                voxel = x[y, z, w, first : first + channels]
                for c in range(channels):
                    value = voxel[c] * scale[c] + shift[c]
                    row[c] = value if value > 0 else slope * value


@kernel
def _forward(d: Array, channels: int) -> None:
    for line in range(36):
        _forward_k(d, _U(line * _J), channels)
    for i in range(6):
        for k in range(6):
            _forward_j(d, _U(i * _I + k * _K), channels)
    for line in range(36):
        _forward_i(d, _U(line * _K), channels)


@kernel
def _back(d: Array, channels: int) -> None:
    for line in range(36):
        _back_i(d, _U(line * _K), channels)
    for i in range(4):
        for k in range(6):
            _back_j(d, _U(i * _I + k * _K), channels)
        for j in range(4):
            _back_k(d, _U(i * _I + j * _J), channels)


@kernel
def _scatter(
    d: Array, corner: tuple[int, int, int], first: int, bias: Array, residual: Array, y: Array
) -> None:
    """Take the 4 x 4 x 4 outputs of a tile out of the work space."""
    high, wide, long, _ = y.shape
    channels = bias.size
    adds = residual.size > 0
    for i in range(min(4, high - corner[0])):
        for j in range(min(4, wide - corner[1])):
            for k in range(min(4, long - corner[2])):
                start = i * _I + j * _J + k * _K
                row = d[start : start + channels]
                at = corner[0] + i, corner[1] + j, corner[2] + k
                voxel = y[at[0], at[1], at[2], first : first + channels]
                if adds:
                    rest = residual[at[0], at[1], at[2], first : first + channels]
                    for c in range(channels):
                        voxel[c] = row[c] + bias[c] + rest[c]
                else:
                    for c in range(channels):
                        voxel[c] = row[c] + bias[c]


@kernel
def _corner(tile: int, shape: tuple[int, int, int]) -> tuple[int, int, int]:
    wide, long = (shape[1] + 3) // 4, (shape[2] + 3) // 4
    return 4 * (tile // (wide * long)), 4 * (tile // long % wide), 4 * (tile % long)


@kernel
def _take_in(
    x: Array, scale: Array, shift: Array, slope: np.float32, tiles: tuple[int, int], d: Array,
    v: Array, offset: int,
) -> None:  # fmt: skip
    """Transform all channels of `x` for the tiles, into the channels of `v` from `offset` on."""
    inputs = x.shape[3]
    step = _step(inputs)
    for tile in range(tiles[0], tiles[1]):
        i, j, k = _corner(tile, x.shape[:3])
        for first in range(0, inputs, step):
            channels = min(step, inputs - first)
            part = slice(first, first + channels)
            _gather(x, (i - 1, j - 1, k - 1), first, scale[part], shift[part], slope, d)
            _forward(d, channels)
            for product in range(216):
                row = v[product, tile - tiles[0], offset + first : offset + first + channels]
                values = d[product * _K : product * _K + channels]
                for c in range(channels):
                    row[c] = values[c]


@kernel
def _step(channels: int) -> int:
    """Channels at once, so that all parts are about the same."""
    parts = (channels + _MOST_CHANNELS - 1) // _MOST_CHANNELS
    return (channels + parts - 1) // parts


@kernel
def convolve_tiles(
    x: Array, other: Array, scale: Array, shift: Array, slope: np.float32, u: Array, bias: Array,
    residual: Array, y: Array, tiles: tuple[int, int], v: Array, m: Array,
) -> None:  # fmt: skip
    """Compute some tiles of a convolution.

    Parameters
    ----------
    x, other, scale, shift, slope, bias, residual, y
        As in `channel_loops`.
    u
        `transformed_filter`.
    tiles
        First and last but one.
    v, m
        Work space, (216, tiles, inputs) and (216, tiles, outputs).
    """
    d = np.empty(216 * _K, np.float32)
    own = x.shape[3]
    _take_in(x, scale[:own], shift[:own], slope, tiles, d, v, 0)
    if other.size:
        _take_in(other, scale[own:], shift[own:], slope, tiles, d, v, own)
    for product in range(216):
        np.dot(v[product], u[product], m[product])
    outputs = y.shape[3]
    step = _step(outputs)
    for tile in range(tiles[0], tiles[1]):
        for first in range(0, outputs, step):
            channels = min(step, outputs - first)
            for product in range(216):
                row = m[product, tile - tiles[0], first : first + channels]
                values = d[product * _K : product * _K + channels]
                for c in range(channels):
                    values[c] = row[c]
            _back(d, channels)
            corner = _corner(tile, y.shape[:3])
            _scatter(d, corner, first, bias[first : first + channels], residual, y)
