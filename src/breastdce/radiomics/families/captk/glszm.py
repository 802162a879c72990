"""Zones of equal gray level, connected over the offsets of a radius (CaPTk GLSZM).

Source: CaPTk 1.8.1, `depends/GLSZMFeatures.h`.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Undefined
from breastdce.core.params import Params
from breastdce.imaging.zones import label_zones
from breastdce.radiomics.emphasis import emphasis, gather
from breastdce.radiomics.families._contract import Family, Feature, Values
from breastdce.radiomics.matrices.offsets import captk_offsets
from breastdce.radiomics.region import Region, on_box


class GlszmParams(Params, frozen=True):
    """Bins and neighborhood."""

    bins: Annotated[int, msgspec.Meta(ge=2, le=4096)] = 128
    radius: Annotated[int, msgspec.Meta(ge=1, le=9)] = 3
    """In voxels; `captk_offsets` says which neighbors that means."""


_FEATURES = (
    Feature("GreyLevelMean", "Mean gray level of the zones.", "1"),
    Feature(
        "GreyLevelNonUniformity",
        "Sum over gray levels of the squared number of zones, over the number of zones.",
        "1",
        ibsi="JNSA",
    ),
    Feature(
        "GreyLevelNonUniformityNormalized",
        "Sum over gray levels of the squared number of zones, over the squared number of zones.",
        "1",
        ibsi="Y1RO",
    ),
    Feature("GreyLevelVariance", "Variance of the zones' gray levels.", "1", ibsi="BYLV"),
    Feature("HighGreyLevelEmphasis", "Mean squared gray level of the zones.", "1", ibsi="5GN9"),
    Feature("LargeZoneEmphasis", "Mean squared size of the zones.", "1", ibsi="48P8"),
    Feature(
        "LargeZoneHighGreyLevelEmphasis",
        "Mean of squared size times squared gray level.",
        "1",
        ibsi="J17V",
    ),
    Feature(
        "LargeZoneLowGreyLevelEmphasis",
        "Mean of squared size over squared gray level.",
        "1",
        ibsi="YH51",
    ),
    Feature("LowGreyLevelEmphasis", "Mean of 1 over squared gray level.", "1", ibsi="XMSY"),
    Feature("SmallZoneEmphasis", "Mean of 1 over squared size.", "1", ibsi="5QRC"),
    Feature(
        "SmallZoneHighGreyLevelEmphasis",
        "Mean of squared gray level over squared size.",
        "1",
        ibsi="HW1V",
    ),
    Feature(
        "SmallZoneLowGreyLevelEmphasis",
        "Mean of 1 over squared gray level and squared size.",
        "1",
        ibsi="5RAI",
    ),
    Feature("ZonePercentage", "Number of zones over number of voxels.", "1", ibsi="P30P"),
    Feature(
        "ZoneSizeEntropy",
        "Entropy of the joint distribution of gray level and size, base 2.",
        "bit",
        ibsi="GU8N",
    ),
    Feature("ZoneSizeMean", "Mean size of the zones.", "voxel"),
    Feature(
        "ZoneSizeNonUniformity",
        "Sum over sizes of the squared number of zones, over the number of zones.",
        "1",
        ibsi="4JP3",
    ),
    Feature(
        "ZoneSizeNoneUniformityNormalized",
        "Sum over sizes of the squared number of zones, over the squared number of zones.",
        "1",
        "The name is the program's spelling.",
        ibsi="VB3A",
    ),
    Feature("ZoneSizeVariance", "Variance of the zones' sizes.", "voxel^2", ibsi="3NSA"),
)
_CONNECTED = "Zones connect over 27 offsets and their opposites that radius 3 takes, not neighbors."


def features(params: GlszmParams) -> tuple[Feature, ...]:
    """Meaning of the 18 features."""
    if params.radius == 1:
        return _FEATURES
    return tuple(
        msgspec.structs.replace(item, defect=f"{_CONNECTED} {item.defect}".strip())
        for item in _FEATURES
    )


def compute(region: Region, params: GlszmParams) -> Values:
    """Zones over all offsets at once, then the features of their table."""
    names = FAMILY.names(params)
    if region.size == 0:
        return dict.fromkeys(names, Undefined.EMPTY_REGION)
    index = _index(region.values, params.bins)
    levels = on_box(region.inside, index + 1, params.bins + 1, params.radius)
    steps = np.array([levels.step(offset) for offset in captk_offsets(params.radius)])
    zone = label_zones(levels.flat, levels.where, steps)
    size = np.bincount(zone)
    gray = np.empty(size.size, np.int64)
    gray[zone] = np.minimum(index, params.bins - 1) + 1
    found = emphasis(gather(gray, size))
    values = {
        "GreyLevelMean": found.gray_mean,
        "GreyLevelNonUniformity": found.gray_nonuniformity,
        "GreyLevelNonUniformityNormalized": found.gray_nonuniformity_normalized,
        "GreyLevelVariance": found.gray_variance,
        "HighGreyLevelEmphasis": found.high_gray,
        "LargeZoneEmphasis": found.long,
        "LargeZoneHighGreyLevelEmphasis": found.long_high_gray,
        "LargeZoneLowGreyLevelEmphasis": found.long_low_gray,
        "LowGreyLevelEmphasis": found.low_gray,
        "SmallZoneEmphasis": found.short,
        "SmallZoneHighGreyLevelEmphasis": found.short_high_gray,
        "SmallZoneLowGreyLevelEmphasis": found.short_low_gray,
        "ZonePercentage": found.total / region.size,
        "ZoneSizeEntropy": found.entropy,
        "ZoneSizeMean": found.column_mean,
        "ZoneSizeNonUniformity": found.column_nonuniformity,
        "ZoneSizeNoneUniformityNormalized": found.column_nonuniformity_normalized,
        "ZoneSizeVariance": found.column_variance,
    }
    return {name: values[name] for name in names}


def _index(values: NDArray[np.float32], bins: int) -> NDArray[np.int64]:
    """Bin from 0; the maximum is a bin of its own, put back into the last one after the zones."""
    exact = values.astype(np.float64)
    low, high = float(exact.min()), float(exact.max())
    width = (high - low) / bins
    if width == 0:  # the program turns what is not finite into 0
        return np.zeros(values.size, np.int64)
    return np.floor((exact - low) / width).astype(np.int64)


FAMILY = Family("glszm", params=GlszmParams, features=features, compute=compute)
