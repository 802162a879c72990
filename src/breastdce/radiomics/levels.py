"""Gray levels: how intensities are binned for histograms and textures (IBSI 1, section 2.7)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Undefined
from breastdce.core.params import Params

MAX_LEVELS = 4096
"""More gray levels than this give no texture: a co-occurrence matrix would outgrow memory."""


class Binning(Params, frozen=True):
    """How intensities become gray levels, numbered from 1."""

    method: Literal["number", "width", "none"] = "number"
    """Fixed number of bins between the region's extremes; bins of fixed width from the lower end
    of the intensity range (the region's minimum where there is none); or intensities that are
    whole numbers already."""
    bins: Annotated[int, msgspec.Meta(ge=1, le=MAX_LEVELS)] = 32
    """For `number`."""
    width: Annotated[float, msgspec.Meta(gt=0)] = 25.0
    """For `width`, in units of the image."""
    origin: Literal["range", "multiple"] = "range"
    """Where bins of a width begin: at the lower end of the intensity range, the region's minimum
    where there is none (IBSI); or at the last multiple of the width up to that minimum
    (PyRadiomics)."""


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """Gray levels of a region, on its box with a margin of empty voxels around it.

    `box` (uint16, Fortran order, [i, j, k]) has 0 outside the region; `where` (int64, shape
    (n,)) are the flat positions in Fortran order of the region's voxels, i fastest; `values`
    (uint16, shape (n,)) are their levels from 1 to `count`.
    """

    box: NDArray[np.uint16]
    where: NDArray[np.int64]
    values: NDArray[np.uint16]
    count: int
    margin: int

    @property
    def flat(self) -> NDArray[np.uint16]:
        """The box as one row, i fastest (a view)."""
        return self.box.ravel(order="F")

    def step(self, offset: tuple[int, int, int]) -> int:
        """Distance in `flat` to the voxel at `offset`, whose parts are within the margin."""
        ni, nj = int(self.box.shape[0]), int(self.box.shape[1])
        return offset[0] + ni * (offset[1] + nj * offset[2])


def discretize(
    values: NDArray[np.float32], binning: Binning, lower: float
) -> tuple[NDArray[np.int64], int] | Undefined:
    """Level of each value, from 1, and the number of levels; or why there are none.

    Parameters
    ----------
    values
        Intensities of a region, float32, shape (n,), finite.
    binning
        The method and its number.
    lower
        Lower end of the intensity range, for bins of fixed width; -inf takes the minimum.

    Returns
    -------
    tuple
        Levels (int64, shape (n,)) and their number Ng; or EMPTY_REGION without values,
        TOO_MANY_LEVELS above MAX_LEVELS, LEVELS_NOT_WHOLE when values that are taken as levels
        are not whole numbers from 1.

    Notes
    -----
    `number`: floor(bins (x - min) / (max - min)) + 1, the maximum in the last bin, a flat region
    in the first. `width`: floor((x - start) / width) + 1, see `Binning.origin`. `none`: the value;
    the number of levels is the largest of them. Computed in float64. IBSI reference manual,
    section 2.7.
    """
    if values.size == 0:
        return Undefined.EMPTY_REGION
    exact = values.astype(np.float64)
    low, high = float(exact.min()), float(exact.max())
    if binning.method == "number":
        scaled = binning.bins * ((exact - low) / (high - low if high > low else 1.0))
        return np.minimum(np.floor(scaled).astype(np.int64) + 1, binning.bins), binning.bins
    if binning.method == "width":
        start = lower if math.isfinite(lower) else low
        if binning.origin == "multiple":
            start = math.floor(low / binning.width) * binning.width
        exact = np.floor((exact - start) / binning.width) + 1
    if not np.array_equal(exact, np.rint(exact)) or exact.min() < 1:
        return Undefined.LEVELS_NOT_WHOLE
    if exact.max() > MAX_LEVELS:
        return Undefined.TOO_MANY_LEVELS
    return exact.astype(np.int64), int(exact.max())
