"""Histogram over the region's own range and statistics of the bin indices (CaPTk Histogram).

Source: CaPTk 1.8.1, `src/applications/FeatureExtraction/src/FeatureExtraction.hxx`,
CalculateHistogram.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Undefined
from breastdce.core.params import Params
from breastdce.radiomics.binning import Histogram, histogram
from breastdce.radiomics.families._contract import Family, Feature, Values
from breastdce.radiomics.first_order import STATISTICS, Number, first_order, ordered_sum
from breastdce.radiomics.region import Region


class HistogramParams(Params, frozen=True):
    """How the histogram is made."""

    bins: Annotated[int, msgspec.Meta(ge=2, le=65536)] = 128
    """Number of equal bins between the smallest and the largest intensity."""


_UNITS = ("1", "bin", "bin^2")
_OTHER_UNITS = "In intensity units, unlike the other percentiles of this family."
_OWN = (
    Feature("Entropy", "Shannon entropy of the bin probabilities, base 2.", "bit"),
    Feature("Uniformity", "Sum of the squared bin probabilities.", "1"),
    Feature(
        "FifthPercentile",
        "Quantile 0.05 of the histogram, linear within a bin.",
        "intensity",
        _OTHER_UNITS,
    ),
    Feature(
        "NinetyFifthPercentile",
        "Quantile 0.95 of the histogram, linear within a bin.",
        "intensity",
        _OTHER_UNITS,
    ),
    Feature(
        "FifthPercentileMean",
        "Mean of the intensities not above FifthPercentile.",
        "intensity",
    ),
    Feature(
        "NinetyFifthPercentileMean",
        "Mean of the intensities above FifthPercentile and not below NinetyFifthPercentile.",
        "intensity",
    ),
)


def features(params: HistogramParams) -> tuple[Feature, ...]:
    """Meaning of the columns, sorted by name as text: Bin-10_... stands after Bin-109_...."""
    every = (*_bin_features(params.bins), *_statistic_features(params.bins), *_OWN)
    return tuple(sorted(every, key=lambda feature: feature.name))


def _bin_features(bins: int) -> list[Feature]:
    where = f"of {bins} equal bins, counted from 0, over the range of intensities in the region"
    made: list[Feature] = []
    for number in range(bins):
        made.append(Feature(f"Bin-{number}_Frequency", f"Voxels in bin {number} {where}.", "voxel"))
        made.append(
            Feature(f"Bin-{number}_Probability", f"Share of voxels in bin {number} {where}.", "1")
        )
    return made


def _statistic_features(bins: int) -> list[Feature]:
    values = f"bin indices (0 to {bins - 1}) of the voxels"
    return [
        Feature(name, entry.definition.format(values=values), _UNITS[entry.power], entry.defect)
        for name, entry in STATISTICS.items()
    ]


def compute(region: Region, params: HistogramParams) -> Values:
    """Frequencies, probabilities, statistics of bin indices, tails."""
    names = FAMILY.names(params)
    if region.size == 0:
        return dict.fromkeys(names, Undefined.EMPTY_REGION)
    bins = histogram(region.values, params.bins)
    indices = np.repeat(np.arange(params.bins, dtype=np.float32), bins.counts)
    found = first_order(indices) | _frequencies(bins) | _tails(region.values, bins)
    return {name: found[name] for name in names}


def _frequencies(bins: Histogram) -> dict[str, Number]:
    shares = bins.counts / bins.counts.sum()
    found: dict[str, Number] = {}
    for number, (count, share) in enumerate(zip(bins.counts, shares, strict=True)):
        found[f"Bin-{number}_Frequency"] = float(count)
        found[f"Bin-{number}_Probability"] = float(share)
    present = shares[shares > 0]
    found["Entropy"] = abs(ordered_sum(present * np.log2(present)))
    found["Uniformity"] = ordered_sum(shares * shares)
    return found


def _tails(values: NDArray[np.float32], bins: Histogram) -> dict[str, Number]:
    low, high = bins.quantile(0.05), bins.quantile(0.95)
    # Python floats would be taken down to float32 beside a float32 array.
    exact = values.astype(np.float64)
    lowest = exact <= low
    return {
        "FifthPercentile": low,
        "NinetyFifthPercentile": high,
        "FifthPercentileMean": _mean(exact[lowest]),
        "NinetyFifthPercentileMean": _mean(exact[~lowest & (exact >= high)]),
    }


def _mean(values: NDArray[np.float64]) -> Number:
    return ordered_sum(values) / values.size if values.size else Undefined.ZERO_DENOMINATOR


FAMILY = Family("histogram", params=HistogramParams, features=features, compute=compute)
