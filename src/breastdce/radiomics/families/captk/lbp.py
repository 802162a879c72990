"""Local binary pattern in three dimensions (CaPTk LBP).

Source: CaPTk 1.8.1, `depends/LBPMeasures.h`.
"""

from __future__ import annotations

import math
from typing import Annotated

import msgspec
import numpy as np

from breastdce.core.codes import Undefined
from breastdce.core.params import Params
from breastdce.imaging.box import widened
from breastdce.radiomics.families._contract import Family, Feature, Values
from breastdce.radiomics.matrices.brighter import sums_of_words
from breastdce.radiomics.region import Region


class LbpParams(Params, frozen=True):
    """Neighborhood."""

    radius: Annotated[int, msgspec.Meta(ge=1, le=9)] = 3
    """Half-width of the cubic neighborhood, in voxels."""
    bins: Annotated[int, msgspec.Meta(ge=2)] = 128
    """Part of the published name; without effect."""


_LBP = Feature(
    "LBP",
    "Mean over the whole image of the sum of 2^(n mod 32), as a signed 32-bit number, over the "
    "positions n of a neighborhood (i fastest) that are brighter than their center; outside the "
    "region the image is 0.",
    "1",
    "More than 32 neighbors do not fit the program's integer: shifts wrap at 32 bits, and bit 31 "
    "counts -2^31. As a mean over the whole image it depends on the field of view, and on where "
    "0 lies among the intensities.",
)


def features(params: LbpParams) -> tuple[Feature, ...]:
    """Meaning of the one feature."""
    return (_LBP,)


def compute(region: Region, params: LbpParams) -> Values:
    """Patterns near the region; everywhere else no neighbor is brighter and the pattern is 0."""
    if region.size == 0:
        return {"LBP": Undefined.EMPTY_REGION}
    near = widened(region.box, [params.radius] * 3, region.grid.shape)
    masked = np.where(region.mask.data[near], region.image.data[near], np.float32(0))
    # The border of the image is repeated beyond it. Elsewhere the outermost layer is empty, so
    # that repeating it gives the 0 that is there.
    padded = np.pad(masked, params.radius, mode="edge")
    patterns = sums_of_words(np.ascontiguousarray(padded.T), params.radius)
    rounded = patterns.astype(np.float32)  # the program keeps them in a float image
    return {"LBP": float(rounded.sum(dtype=np.float64)) / math.prod(region.grid.shape)}


FAMILY = Family("lbp", params=LbpParams, features=features, compute=compute)
