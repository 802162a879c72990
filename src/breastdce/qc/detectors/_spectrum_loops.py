"""The loops over k-space that `spike` is made of.

K-space of a slice is held with a margin that repeats the other end, so that a ring around any
point needs no thought of where k-space ends; lines of k-space follow each other in one array.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel

_Array = NDArray[np.float32]


@kernel
def whole_sizes(half: _Array, columns: int, margin: int, least: np.float32) -> _Array:
    """Magnitudes of all of k-space with its margin, from the half that a real image needs.

    `half` [a, b] holds frequencies b of 0 to columns // 2; what is below `least` times the largest
    is rounding, where k-space was filled with zeros.
    """
    rows = half.shape[0]
    floor = least * half.max()
    whole = np.empty((rows + 2 * margin, columns + 2 * margin), np.float32)
    for a in range(whole.shape[0]):
        line, u = whole[a], (a - margin) % rows
        for v in range(half.shape[1]):
            line[margin + v] = max(half[u, v], floor)
        for v in range(half.shape[1], columns):
            line[margin + v] = max(half[-u % rows, columns - v], floor)
        line[:margin] = line[columns : columns + margin]
        line[columns + margin :] = line[margin : 2 * margin]
    return whole


@kernel
def over_ring(
    size: _Array, far: _Array, ring: NDArray[np.int64], place: int, outward: float, least: float
) -> float:
    """Ratio of a point to the largest one in the ring around it; 0 where it is below `least`.

    `size` and `far`, magnitudes and frequencies, are of all of k-space, line after line; `ring`
    are steps. Points of the ring that are nearer to the center than `outward` times the point do
    not count.
    """
    here, inner = float(size[place]), outward * float(far[place])
    most = 0.0
    for n in range(ring.size):
        near = place + ring[n]
        if size[near] > most and far[near] >= inner:
            most = float(size[near])
            if here < least * most:
                return 0.0
    return here / most if most > 0 else 0.0


@kernel
def loneliest(
    size: _Array,
    change: _Array,
    far: _Array,
    ring: NDArray[np.int64],
    shape: tuple[int, int, int],
    limits: tuple[float, float, float],
) -> tuple[float, int, int]:
    """Score and place of the loneliest point of one half of k-space, the largest in its ring.

    Parameters
    ----------
    size, change
        Magnitudes of a slice, and of what it differs from the other phases, line after line.
    far
        Frequency of each point, cycles per voxel.
    ring
        Steps to the points that a point is compared with, the most often largest first.
    shape
        Lines and columns of k-space, and its margin.
    limits
        Lowest frequency; share of a point's frequency that those around it need; how much larger
        a point has to be that stands alone in the slice but not in the change.
    """
    rows, columns, margin = shape
    lowest, outward, alone_only = limits
    best, best_a, best_b = 0.0, 0, 0
    for a in range(rows):
        start = (a + margin) * (columns + 2 * margin) + margin
        for b in range((columns + 1) // 2):  # the other half mirrors this one
            place = start + b
            if far[place] < lowest:
                continue
            alone = over_ring(size, far, ring, place, outward, 1.0)
            if alone == 0.0:
                continue
            score = alone / alone_only
            changed = over_ring(change, far, ring, place, outward, best * best / alone)
            score = max(score, np.sqrt(alone * changed))
            if score > best:
                best, best_a, best_b = score, a, b
    return best, best_a, best_b
