"""Co-occurrence of gray levels of neighboring voxels, averaged over offsets (CaPTk GLCM).

Source: CaPTk 1.8.1, `depends/GLCMFeatures.h`, on ITK 5.2's
`itkScalarImageToCooccurrenceMatrixFilter.hxx` and `itkHistogramToTextureFeaturesFilter.hxx`.
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
from breastdce.radiomics.matrices.cooccurrence import count_pairs
from breastdce.radiomics.matrices.offsets import captk_offsets
from breastdce.radiomics.region import Region, on_box

FloatArray = NDArray[np.float64]
_LEAST_PROBABILITY = 1e-4  # ITK leaves smaller ones out of the entropy


class GlcmParams(Params, frozen=True):
    """Bins and neighborhood."""

    bins: Annotated[int, msgspec.Meta(ge=2, le=4096)] = 128
    radius: Annotated[int, msgspec.Meta(ge=1, le=9)] = 1
    """In voxels; `captk_offsets` says which neighbors that means."""


_WIDE = "The bins reach from the smallest intensity to the largest plus 1, whatever the unit."
_FEATURES = (
    Feature(
        "AutoCorrelation",
        "ITK's Haralick correlation: sum of i j p(i, j) minus the squared mean of the marginal "
        "probabilities, divided by their variance, i and j counted from 0.",
        "1",
        f"Mean and variance are those of the 128 probabilities, not of the levels. {_WIDE}",
    ),
    Feature(
        "ClusterProminence",
        "Sum of ((i - m) + (j - m))^4 p(i, j) with the mean level m.",
        "1",
        _WIDE,
        ibsi="AE86",
    ),
    Feature(
        "ClusterShade",
        "Sum of ((i - m) + (j - m))^3 p(i, j) with the mean level m.",
        "1",
        _WIDE,
        ibsi="7NFM",
    ),
    Feature("Contrast", "Sum of (i - j)^2 p(i, j).", "1", _WIDE, ibsi="ACUI"),
    Feature(
        "Correlation",
        "Sum of (i - m)(j - m) p(i, j) with the mean level m, divided by the squared variance.",
        "1",
        f"Divided by the variance twice, so that it is no correlation coefficient. {_WIDE}",
    ),
    Feature("Energy", "Sum of p(i, j)^2.", "1", _WIDE, ibsi="8ZQL"),
    Feature(
        "Entropy",
        "Minus the sum of p(i, j) log2 p(i, j).",
        "bit",
        f"Probabilities of 0.0001 and below are left out; offsets without pairs count 0. {_WIDE}",
    ),
    Feature("Homogeneity", "Sum of p(i, j) / (1 + (i - j)^2).", "1", _WIDE, ibsi="WF0Z"),
)


def features(params: GlcmParams) -> tuple[Feature, ...]:
    """Meaning of the 8 features."""
    return _FEATURES


def compute(region: Region, params: GlcmParams) -> Values:
    """Each feature per offset, then its mean; an offset without pairs makes the mean undefined."""
    names = FAMILY.names(params)
    if region.size == 0:
        return dict.fromkeys(names, Undefined.EMPTY_REGION)
    low, high = region.values.min(), region.values.max()
    index = bin_index(region.values, bin_edges(float(low), float(high + 1), params.bins))
    levels = on_box(region.inside, index.astype(np.int64) + 1, params.bins, params.radius)
    offsets = captk_offsets(params.radius)
    # Pairs are counted both ways, so that an offset and its opposite have one matrix.
    steps = [abs(levels.step(offset)) for offset in offsets]
    each = {
        step: _features(count_pairs(levels.flat, levels.where, step, levels.count))
        for step in sorted(set(steps))
    }
    lonely = any(features is None for features in each.values())
    reason = Undefined.NO_PAIRS if lonely else Undefined.ZERO_DENOMINATOR
    means = np.mean([_or_empty(each[step]) for step in steps], axis=0)
    found = (reason if np.isnan(mean) else float(mean) for mean in means)
    return dict(zip(names, found, strict=True))


def _or_empty(features: FloatArray | None) -> FloatArray:
    """What the program has at an offset without pairs: NaN, which enters every mean."""
    if features is not None:
        return features
    # ITK's comparison of the entropy with NaN fails, so that nothing is added to it.
    return np.array([0.0 if item.name == "Entropy" else np.nan for item in _FEATURES])


def _features(pairs: NDArray[np.int32]) -> FloatArray | None:
    """The features of one offset in the order of the names; None without a pair."""
    counts = (pairs + pairs.T).astype(np.float64)
    if not counts.any():
        return None
    bins = len(counts)
    p = counts / counts.sum()
    marginal = p.sum(axis=1)
    level = np.arange(bins, dtype=np.float64)
    mean = float(marginal @ level)
    variance = float(marginal @ (level - mean) ** 2)
    i, j = np.nonzero(p)
    p_ij = p[i, j]
    i, j = i.astype(np.float64), j.astype(np.float64)
    sums, apart = i + j - 2 * mean, (i - j) ** 2
    covered = (i * j * p_ij).sum() - marginal.mean() ** 2
    logged = p_ij[p_ij > _LEAST_PROBABILITY]
    return np.array(
        [
            covered / marginal.var() if marginal.var() else np.nan,
            (sums**4 * p_ij).sum(),
            (sums**3 * p_ij).sum(),
            (apart * p_ij).sum(),
            ((i - mean) * (j - mean) * p_ij).sum() / (variance**2 or 1.0),
            (p_ij**2).sum(),
            -(logged * np.log2(logged)).sum(),
            (p_ij / (1 + apart)).sum(),
        ]
    )


FAMILY = Family("glcm", params=GlcmParams, features=features, compute=compute)
