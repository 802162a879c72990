"""Differences between a voxel's gray level and the mean of its surroundings (CaPTk NGTDM).

Source: CaPTk 1.8.1, `depends/NGTDMFeatures.h`. The half-width of the surroundings comes from the
parameter Range, which overrides Radius (`FeatureExtraction.hxx`, CalculateNGTDM).
"""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Undefined
from breastdce.core.params import Params
from breastdce.radiomics.binning import bin_edges, bin_index
from breastdce.radiomics.families._contract import Family, Feature, Values
from breastdce.radiomics.matrices.neighborhood import block_sums
from breastdce.radiomics.region import Region, on_box
from breastdce.radiomics.tone_difference import tone_difference


class NgtdmParams(Params, frozen=True):
    """Bins and neighborhood."""

    bins: Annotated[int, msgspec.Meta(ge=2, le=4096)] = 128
    half_width: Annotated[int, msgspec.Meta(ge=0, le=64)] = 4
    """Of the cubic surroundings, in voxels; with 0 a voxel has none."""


_EMPTY = "A voxel without surroundings in the region has mean 0, and so a large difference."
_FEATURES = (
    Feature(
        "Busyness",
        "Sum of p_i s_i over the sum of |i p_i - j p_j| over the gray levels that occur.",
        "1",
        f"0 with a single gray level. {_EMPTY}",
        ibsi="NQ30",
    ),
    Feature(
        "Coarsness",
        "1 over the sum of p_i s_i, at most 10^6.",
        "1",
        f"The name is the program's spelling. {_EMPTY}",
        ibsi="QCDE",
    ),
    Feature(
        "Complexity",
        "Sum of |i - j| (p_i s_i + p_j s_j) / (p_i + p_j), over the number of voxels.",
        "1",
        _EMPTY,
        ibsi="HDEZ",
    ),
    Feature(
        "Contrast",
        "Sum of p_i p_j (i - j)^2 over G (G - 1), times the sum of s_i over the number of voxels.",
        "1",
        f"0 with a single gray level. {_EMPTY}",
        ibsi="65HE",
    ),
    Feature(
        "Strength",
        "Sum of (p_i + p_j)(i - j)^2 over the sum of s_i.",
        "1",
        _EMPTY,
        ibsi="1X9X",
    ),
)


def features(params: NgtdmParams) -> tuple[Feature, ...]:
    """Meaning of the 5 features."""
    return _FEATURES


def compute(region: Region, params: NgtdmParams) -> Values:
    """Level counts p_i and summed differences s_i, then the features."""
    if region.size == 0:
        return dict.fromkeys(FAMILY.names(params), Undefined.EMPTY_REGION)
    low, high = float(region.values.min()), float(region.values.max())
    index = bin_index(region.values, bin_edges(low, high, params.bins))
    levels = on_box(region.inside, index.astype(np.int64) + 1, params.bins, 0)
    box = levels.box.T
    level = box.T.ravel(order="F")[levels.where].astype(np.int64)
    around = _inside_sum(box.astype(np.int32), levels.where, params.half_width) - level
    neighbors = _inside_sum((box > 0).astype(np.int32), levels.where, params.half_width) - 1
    mean = around / np.maximum(neighbors, 1)
    counts = np.bincount(index, minlength=params.bins)
    differences = np.bincount(index, np.abs(level - mean), params.bins).astype(np.float64)
    found = tone_difference(counts, differences)
    return {
        "Busyness": found.busyness,
        "Coarsness": found.coarseness,
        "Complexity": found.complexity,
        "Contrast": found.contrast,
        "Strength": found.strength,
    }


def _inside_sum(
    box: NDArray[np.int32], where: NDArray[np.int64], half_width: int
) -> NDArray[np.int64]:
    return block_sums(box, half_width, False).ravel()[where].astype(np.int64)


FAMILY = Family("ngtdm", params=NgtdmParams, features=features, compute=compute)
