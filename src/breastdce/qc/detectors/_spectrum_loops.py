"""The loop over k-space that `spike` is made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel


@kernel
def over_ring(
    size: NDArray[np.float32],
    far: NDArray[np.float32],
    ring: NDArray[np.int64],
    place: tuple[int, int],
    outward: float,
    least: float,
) -> float:
    """Ratio of a point to the largest one in the ring around it; 0 where it is below `least`.

    `size` and `far`, magnitudes and frequencies, are of all of k-space, so that the ring wraps.
    Points of the ring that are nearer to the center than `outward` times the point do not count.
    """
    a, b = place
    rows, columns = size.shape
    here, inner = float(size[a, b]), outward * float(far[a, b])
    most = 0.0
    for n in range(ring.shape[0]):
        i, j = (a + ring[n, 0]) % rows, (b + ring[n, 1]) % columns
        if size[i, j] > most and far[i, j] >= inner:
            most = float(size[i, j])
            if here < least * most:
                return 0.0
    return here / most if most > 0 else 0.0


@kernel
def loneliest(
    size: NDArray[np.float32],
    change: NDArray[np.float32],
    far: NDArray[np.float32],
    ring: NDArray[np.int64],
    limits: tuple[float, float, float],
) -> tuple[float, int, int]:
    """Score and place of the loneliest point of one half of k-space, the largest in its ring.

    Parameters
    ----------
    size, change
        Magnitudes of a slice, and of what it differs from the other phases, [a, b].
    far
        Frequency of each point, cycles per voxel.
    ring
        Steps to the points that a point is compared with, the most often largest first.
    limits
        Lowest frequency; share of a point's frequency that those around it need; how much larger
        a point has to be that stands alone in the slice but not in the change.
    """
    lowest, outward, alone_only = limits
    best, best_a, best_b = 0.0, 0, 0
    for a in range(size.shape[0]):
        for b in range((size.shape[1] + 1) // 2):  # the other half mirrors this one
            if far[a, b] < lowest:
                continue
            alone = over_ring(size, far, ring, (a, b), outward, 1.0)
            if alone == 0.0:
                continue
            score = alone / alone_only
            changed = over_ring(change, far, ring, (a, b), outward, best * best / alone)
            score = max(score, np.sqrt(alone * changed))
            if score > best:
                best, best_a, best_b = score, a, b
    return best, best_a, best_b
