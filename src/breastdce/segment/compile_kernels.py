"""Compile the kernels of the network; see `breastdce.run.compile_kernels`. Needs no torch."""

from __future__ import annotations

import numpy as np

from breastdce.segment.net.channel_loops import (
    convolve_to_one,
    double_planes,
    slab_activate,
    slab_moments,
)
from breastdce.segment.net.direct import convolve_voxels, mix_channels, touch_blas
from breastdce.segment.net.winograd import convolve_tiles
from breastdce.segment.turn_loops import sampled

_SHAPE = (4, 4, 4, 2)


def main() -> None:
    """Convolve a small volume, with and without all that can be added, and cut a patch."""
    x, empty = np.ones(_SHAPE, np.float32), np.zeros((0, 0, 0, 0), np.float32)
    slope = np.float32(0.01)
    scale = np.ones(4, np.float32)
    u, v = np.ones((216, 4, 2), np.float32), np.empty((216, 1, 4), np.float32)
    m = np.empty((216, 1, 2), np.float32)
    convolve_tiles(x, x, scale, scale, slope, u, scale[:2], empty, x, (0, 1), v, m)
    rows, products = np.empty((1, 4), np.float32), np.empty((1, 2), np.float32)
    taps = np.ones((27, 4, 2), np.float32)
    convolve_voxels(x, x, scale, scale, slope, taps, scale[:2], empty, x, 1, 0, rows, products)
    mix_channels(x, np.ones((2, 2), np.float32), scale[:2], 0, 4, x)
    touch_blas()
    slab_moments(x, 0, 4, np.zeros((2, 2)))
    slab_activate(x, 0, 4, scale[:2], scale[:2], slope, x)
    sampled(x, np.eye(3), np.zeros(3), (2, 2, 2))
    double_planes(np.ones((2, 2, 2, 2), np.float32), 0, 4, x)
    filters, y = np.ones((27, 2), np.float32), np.empty((4, 4, 4), np.float32)
    convolve_to_one(x, scale[:2], scale[:2], slope, filters, slope, 0, 4, y)


if __name__ == "__main__":
    main()
