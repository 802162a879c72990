"""The loop over voxels that `phase_order` is made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel


@kernel
def strong_changes(
    before: NDArray[np.float32],
    after: NDArray[np.float32],
    body: NDArray[np.bool_],
    level: np.float32,
    rise: np.float32,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Voxels of each slice [k, j, i] that rise, and that fall, by the factor `rise` or more.

    Only those of the body that are above `level` in one of the images. Noise alone does not
    double what is as dark as air, so half of `level` is the least that a voxel rises from, and by.
    """
    slices, rows, columns = before.shape
    rising, falling = np.zeros(slices, np.int64), np.zeros(slices, np.int64)
    least = np.float32(0.5) * level
    for k in range(slices):
        for j in range(rows):
            for i in range(columns):
                one, other = before[k, j, i], after[k, j, i]
                if not body[k, j, i] or max(one, other) <= level:
                    continue
                rising[k] += other > rise * max(one, least) + least
                falling[k] += one > rise * max(other, least) + least
    return rising, falling
