"""What a probability map says against the mask that was cut from it."""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.volume import Mask
from breastdce.imaging.box import bounding_box, widened
from breastdce.imaging.distance import within_mm

PROBABILITY: Final = ("unsure_border", "unsure_inside", "likely_outside")
_BAND_MM = 2.0
_LIKELY_OUTSIDE_MOST = 5.0


class Unsure(msgspec.Struct, frozen=True, kw_only=True):
    """How unsure a network was of a mask; each is larger where the mask is more doubtful."""

    unsure_border: float
    """Mean entropy within 2 mm of the mask's surface, in bits: 1 where it had to guess."""
    unsure_inside: float
    """1 - mean probability inside."""
    likely_outside: float
    """log2(1 + sum of the probability outside / voxels of the mask), at most 5: what it saw
    elsewhere."""


def unsure(probability: NDArray[np.float32], mask: Mask) -> Unsure | None:
    """Sum up a probability map at a mask.

    Parameters
    ----------
    probability
        Of the tumor, float32 [i, j, k], 0 to 1.
    mask
        Same grid; need not have been cut from the map.

    Returns
    -------
    Unsure
        None for an empty mask.
    """
    voxels = int(np.count_nonzero(mask.data))
    if voxels == 0:
        return None
    box = widened(bounding_box(mask.data), (4, 4, 4), mask.grid.shape)
    inside, p = mask.data[box], probability[box].astype(np.float64)
    grid = mask.grid.cropped(box)
    outward = within_mm(Mask(inside, grid), _BAND_MM).data
    inward = within_mm(Mask(~inside, grid), _BAND_MM).data
    band = outward & inward
    total = float(probability.sum(dtype=np.float64))
    held = float(p[inside].sum())
    return Unsure(
        unsure_border=float(_entropy_bits(p[band]).mean()) if band.any() else 0.0,
        unsure_inside=min(max(1.0 - held / voxels, 0.0), 1.0),
        likely_outside=min(float(np.log2(1 + max(total - held, 0) / voxels)), _LIKELY_OUTSIDE_MOST),
    )


def _entropy_bits(p: NDArray[np.float64]) -> NDArray[np.float64]:
    low = np.clip(p, 1e-7, 1 - 1e-7)
    bits: NDArray[np.float64] = -(low * np.log2(low) + (1 - low) * np.log2(1 - low))
    return bits
