"""The loop over k-space that `spike` is made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel


@kernel
def loneliest(
    size: NDArray[np.float32],
    u: NDArray[np.float64],
    v: NDArray[np.float64],
    ring: NDArray[np.int64],
    lowest: float,
    outward: float,
    floor: float,
) -> tuple[float, int, int]:
    """Largest ratio of a point to the largest one in the ring around it, and its place.

    `size` [a, b] holds the magnitudes of the half of k-space that `scipy.fft.rfft2` gives for the
    columns `b` of `v`, then those of the other half: all b are there, so that the ring wraps.
    Points with a frequency below `lowest` are passed over, and so are, in a ring, those nearer to
    the center than `outward` times the point.
    """
    rows, columns = size.shape
    best, best_a, best_b = 0.0, 0, 0
    for a in range(rows):
        for b in range(v.size):
            far2 = u[a] * u[a] + v[b] * v[b]
            if far2 < lowest * lowest:
                continue
            here = float(size[a, b])
            limit = here / best if best > 0 else np.inf
            most = floor
            if most >= limit:
                continue
            for n in range(ring.shape[0]):
                i, j = (a + ring[n, 0]) % rows, (b + ring[n, 1]) % columns
                # Signed frequency of a column of the other half: that of its mirror point.
                w = v[j] if j < v.size else float(j - columns) / columns
                if size[i, j] > most and u[i] * u[i] + w * w >= outward * outward * far2:
                    most = float(size[i, j])
                    if most >= limit:
                        break
            if most < limit and here / most > best:
                best, best_a, best_b = here / most, a, b
    return best, best_a, best_b
