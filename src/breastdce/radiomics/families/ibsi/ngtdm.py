"""Difference between a voxel's gray level and the mean of its neighbors (IBSI 1, section 3.10)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Undefined
from breastdce.core.params import Params
from breastdce.radiomics.families._contract import Family, Feature, Values
from breastdce.radiomics.families.ibsi._aggregation import (
    ALL_SPACES,
    FloatArray,
    Meaning,
    Space,
    describe,
    mean_of,
    spread,
)
from breastdce.radiomics.levels import Binning, Levels
from breastdce.radiomics.matrices.neighborhood import block_sums
from breastdce.radiomics.region import Region
from breastdce.radiomics.tone_difference import tone_difference

_HALF_WIDTH = 1


class NgtdmParams(Params, frozen=True):
    """Gray levels and aggregation."""

    binning: Binning = Binning()
    spaces: tuple[Space, ...] = ALL_SPACES


_MEANINGS = (
    Meaning(
        "coarseness",
        "ngt_coarseness",
        "QCDE",
        "1 over the sum of p_i s_i, at most 10^6.",
    ),
    Meaning(
        "contrast",
        "ngt_contrast",
        "65HE",
        "Sum of p_i p_j (i - j)^2 over G (G - 1) for the G levels that occur, times the sum of s_i "
        "over the number of voxels; 0 with a single level.",
    ),
    Meaning(
        "busyness",
        "ngt_busyness",
        "NQ30",
        "Sum of p_i s_i over the sum of |i p_i - j p_j| over the levels that occur; 0 with a "
        "single level.",
    ),
    Meaning(
        "complexity",
        "ngt_complexity",
        "HDEZ",
        "Sum of |i - j| (p_i s_i + p_j s_j) / (p_i + p_j) over the number of voxels.",
    ),
    Meaning(
        "strength",
        "ngt_strength",
        "1X9X",
        "Sum of (p_i + p_j)(i - j)^2 over the sum of s_i; 0 where that is 0.",
    ),
)


def features(params: NgtdmParams) -> tuple[Feature, ...]:
    """Meaning of the 5 features in each space."""
    return describe(_MEANINGS, params.spaces)


def compute(region: Region, params: NgtdmParams) -> Values:
    """Count levels and sum differences, of voxels with at least one neighbor; measure."""
    names = FAMILY.names(params)
    levels = region.levels(params.binning)
    if isinstance(levels, Undefined):
        return dict.fromkeys(names, levels)
    found = [_in_space(levels, space) for space in params.spaces]
    return spread(names, found, Undefined.NO_PAIRS)


def _in_space(levels: Levels, space: Space) -> FloatArray | None:
    in_plane = space != "3D"
    box = levels.box.T
    level = levels.values.astype(np.int64)
    around = _sums(box.astype(np.int32), levels, in_plane) - level
    neighbors = _sums((box > 0).astype(np.int32), levels, in_plane) - 1
    valid = neighbors > 0
    apart = np.abs(level - around / np.maximum(neighbors, 1))[valid]
    level, plane = level[valid] - 1, np.zeros(int(valid.sum()), np.int64)
    if space == "2D":
        plane = levels.where[valid] // (levels.box.shape[0] * levels.box.shape[1])
    planes = int(plane.max(initial=-1)) + 1
    shape, code = (planes, levels.count), plane * levels.count + level
    occurrences = np.bincount(code, minlength=planes * levels.count).reshape(shape)
    differences = np.bincount(code, apart, planes * levels.count).astype(np.float64).reshape(shape)
    return mean_of(_measure(n, s) for n, s in zip(occurrences, differences, strict=True))


def _sums(box: NDArray[np.int32], levels: Levels, in_plane: bool) -> NDArray[np.int64]:
    return block_sums(box, _HALF_WIDTH, in_plane).ravel()[levels.where].astype(np.int64)


def _measure(occurrences: NDArray[np.int64], differences: FloatArray) -> FloatArray | None:
    """The features in the order of the names; None without a voxel."""
    if not occurrences.any():
        return None
    found = tone_difference(occurrences, differences)
    return np.array([np.nan if isinstance(x, Undefined) else x for x in found])


FAMILY = Family("ngtdm", params=NgtdmParams, features=features, compute=compute)
