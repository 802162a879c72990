"""The box around a mask, and a margin around a box."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import Window


def bounding_box(mask: NDArray[np.bool_]) -> Window:
    """Smallest box that holds every true voxel of `mask`, [i, j, k]; empty slices where none is."""
    if not mask.any():
        return (slice(0, 0), slice(0, 0), slice(0, 0))
    along_k = np.flatnonzero(mask.any(axis=(0, 1)))
    k = slice(int(along_k[0]), int(along_k[-1]) + 1)
    plane = np.asarray(mask[:, :, k].any(axis=2))
    along_i, along_j = np.flatnonzero(plane.any(axis=1)), np.flatnonzero(plane.any(axis=0))
    return (
        slice(int(along_i[0]), int(along_i[-1]) + 1),
        slice(int(along_j[0]), int(along_j[-1]) + 1),
        k,
    )


def widened(window: Window, margins: Sequence[int], shape: Sequence[int]) -> Window:
    """A box with a margin of voxels on both sides of each axis, cut at the grid."""
    i, j, k = (
        slice(max(0, part.start - margin), min(size, part.stop + margin))
        for part, margin, size in zip(window, margins, shape, strict=True)
    )
    return i, j, k
