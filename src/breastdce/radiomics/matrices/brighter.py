"""Which neighbors of a voxel are brighter, as bits of words (local binary patterns)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.imaging.kernel import kernel

_WORD = 32  # bits


@kernel
def sums_of_words(padded: NDArray[np.float32], radius: int) -> NDArray[np.int64]:
    """Brighter neighbors as words of 32 bits, added up.

    Parameters
    ----------
    padded
        Image, shape (k, j, i), C order, with a margin of `radius` voxels.
    radius
        Half-width of the neighborhood; its (2 radius + 1)^3 positions are numbered i fastest.

    Returns
    -------
    NDArray
        int64, shape of the image without its margin. Position n sets bit n mod 32 of word n // 32
        where it is brighter than the center; words are signed, so that bit 31 counts -2^31.
    """
    side, margin = 2 * radius + 1, 2 * radius
    nk, nj, ni = padded.shape[0] - margin, padded.shape[1] - margin, padded.shape[2] - margin
    sums = np.zeros((nk, nj, ni), np.int64)
    word = np.empty(ni, np.int32)
    starts, ends = _filled(padded)
    for k in range(nk):
        for j in range(nj):
            # Where all is 0 nothing is brighter: look only along what nearby rows hold.
            low, high = ni, 0
            for at_k in range(k, k + side):
                for at_j in range(j, j + side):
                    low = min(low, max(0, starts[at_k, at_j] - margin))
                    high = max(high, min(ni, ends[at_k, at_j]))
            width = high - low
            center = padded[k + radius, j + radius, low + radius : high + radius]
            row = sums[k, j, low:high]
            for first in range(0, side**3, _WORD):
                word[:] = 0
                for number in range(first, min(first + _WORD, side**3)):
                    at_i, at_j, at_k = number % side, number // side % side, number // side**2
                    near = padded[k + at_k, j + at_j, low + at_i : high + at_i]
                    bit = np.int32(np.uint32(1) << np.uint32(number - first))
                    for i in range(width):
                        word[i] |= bit if near[i] > center[i] else np.int32(0)
                for i in range(width):
                    row[i] += word[i]
    return sums


@kernel
def _filled(padded: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First index of each row that is not 0, and one past the last; an empty row has none."""
    nk, nj, ni = padded.shape
    starts, ends = np.full((nk, nj), ni), np.zeros((nk, nj), np.int64)
    for k in range(nk):
        for j in range(nj):
            for i in range(ni):
                if padded[k, j, i] != 0:
                    starts[k, j] = min(starts[k, j], i)
                    ends[k, j] = i + 1
    return starts, ends
