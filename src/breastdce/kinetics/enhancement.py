"""Percent enhancement (PE) and signal enhancement ratio (SER), in the producer's arithmetic.

The order of the operations is part of the method: UCSF's maps of the ACRIN 6657 (I-SPY1) trial
are met voxel by voxel in float32 with the percentage taken before the ratio, and by no other
order (ratio of differences, float64, `s1 / s0 - 1`), which differ at the thresholds.
Method: Hylton et al., Radiology 2012;263:663.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.volume import Volume

FloatImage = NDArray[np.float32]
_PERCENT = np.float32(100)


def percent_enhancement(pre: Volume, post: Volume) -> Volume:
    """Compute percent enhancement, ``100 (post - pre) / pre``.

    Parameters
    ----------
    pre, post
        Raw signal after the modality LUT, float32, [i, j, k], on one grid.

    Returns
    -------
    Volume
        Percent, float32; NaN where the pre-contrast signal is not positive (PE undefined).

    Raises
    ------
    InputError
        GRID_MISMATCH when the images do not share a grid.
    """
    _require_one_grid(pre, post)
    return pre.with_data(percent_values(pre.data, post.data))


def signal_enhancement_ratio(pre: Volume, early: Volume, late: Volume) -> Volume:
    """Compute the signal enhancement ratio, ``PE(early) / PE(late)``.

    Parameters
    ----------
    pre, early, late
        Raw signal after the modality LUT, float32, [i, j, k], on one grid.

    Returns
    -------
    Volume
        Ratio, float32, negative where only one of the phases enhances; NaN where it is
        undefined: pre-contrast signal not positive, or late signal equal to it.

    Raises
    ------
    InputError
        GRID_MISMATCH when the images do not share a grid.
    """
    _require_one_grid(pre, early, late)
    return pre.with_data(ratio_values(pre.data, early.data, late.data))


def percent_values(pre: ArrayLike, post: ArrayLike) -> FloatImage:
    """Percent enhancement of arrays of any shape; NaN where undefined, never infinite.

    Unsigned input is converted before the subtraction, so that it cannot wrap.
    """
    base = np.asarray(pre, dtype=np.float32)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        percent = _PERCENT * (np.asarray(post, dtype=np.float32) - base)
        percent /= base
    percent[~(np.isfinite(percent) & (base > 0))] = np.nan
    return percent


def ratio_values(pre: ArrayLike, early: ArrayLike, late: ArrayLike) -> FloatImage:
    """Signal enhancement ratio of arrays of any shape; NaN where undefined, never infinite."""
    ratio = percent_values(pre, early)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio /= percent_values(pre, late)
    ratio[~np.isfinite(ratio)] = np.nan
    return ratio


def _require_one_grid(*images: Volume) -> None:
    for image in images[1:]:
        if not image.grid.matches(images[0].grid):
            raise InputError(
                ErrorCode.GRID_MISMATCH,
                evidence={"first": images[0].grid.describe(), "this": image.grid.describe()},
            )
