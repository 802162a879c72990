"""Uptake of contrast outside lesions: in heart and vessels, and in glandular tissue."""

from __future__ import annotations

import numpy as np

from breastdce.core.codes import Undefined
from breastdce.core.volume import Mask, Volume
from breastdce.imaging.anatomical import coarse_view
from breastdce.qc.numbers import Number
from breastdce.qc.regions import BLOCK_MM, Bools

_LEAST_BLOCKS = 1000
_BRIGHTEST = 0.99
_LEAST_VOXELS = 50
_ENHANCES = 1.3  # Niell et al., medRxiv 2020.03.09.20031153


def brightest_rise(pre: Volume, post: Volume, body: Mask, breast: Mask) -> Number:
    """Percent enhancement of the hundredth of the body outside the breasts that gains most signal.

    The hundredth is of 3 mm blocks; of the whole body where fewer than 1,000 lie outside the
    breasts. EMPTY_REGION without a body, ZERO_DENOMINATOR where it is black before contrast.
    """
    before, after = (coarse_view(one, BLOCK_MM).data for one in (pre, post))
    inside, held = (
        coarse_view(Volume(one.data.astype(np.float32), one.grid), BLOCK_MM).data > 0
        for one in (body, breast)
    )
    region = inside & ~held
    if np.count_nonzero(region) < _LEAST_BLOCKS:
        region = inside
    if not region.any():
        return Undefined.EMPTY_REGION
    first, gain = before[region].astype(np.float64), (after - before)[region].astype(np.float64)
    most = gain >= np.quantile(gain, _BRIGHTEST)
    total = first[most].sum()
    return float(100 * gain[most].sum() / total) if total > 0 else Undefined.ZERO_DENOMINATOR


def enhancing_share(pre: Volume, post: Volume, gland: Bools) -> Number:
    """Percent of the voxels of a region whose signal rises by 30 % or more."""
    before, after = pre.data.T[gland.T], post.data.T[gland.T]  # as they lie in memory
    if before.size < _LEAST_VOXELS:
        return Undefined.TOO_FEW_VOXELS if before.size else Undefined.EMPTY_REGION
    risen = (after >= np.float32(_ENHANCES) * before) & (after > before)
    return float(100 * risen.mean())
