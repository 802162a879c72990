"""Statistics of the gray levels, and the histogram's form (IBSI 1, section 3.4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Undefined
from breastdce.core.params import Params
from breastdce.radiomics.families._contract import Family, Feature, Values
from breastdce.radiomics.families.ibsi._distribution import (
    STATISTICS,
    Distribution,
    Statistic,
    describe,
    meanings,
)
from breastdce.radiomics.first_order import Number
from breastdce.radiomics.levels import Binning
from breastdce.radiomics.region import Region


class HistogramParams(Params, frozen=True):
    """Gray levels."""

    binning: Binning = Binning()


_CODES = {
    "mean": "X6K6",
    "var": "CH89",
    "skew": "88K1",
    "kurt": "C3I7",
    "median": "WIFQ",
    "min": "1PR8",
    "p10": "GPMT",
    "p90": "OZ0C",
    "max": "3NCY",
    "mode": "AMMC",
    "iqr": "WR0O",
    "range": "5Z3W",
    "mad": "D2ZX",
    "rmad": "WRZB",
    "medad": "4RNL",
    "cov": "CWYJ",
    "qcod": "SLWD",
}
_MODE = Statistic(
    "mode", "mode", "Most frequent of the {values}; of several the one nearest to the mean.", 1
)
_BEFORE_MODE = 9  # statistics that precede it in the reference manual
_GRADIENT = "gradient of the counts along the levels, by central differences"
_FEATURES = (
    *meanings(
        (*STATISTICS[:_BEFORE_MODE], _MODE, *STATISTICS[_BEFORE_MODE:]),
        _CODES,
        prefix="ih",
        values="gray levels",
        units=("1", "level", "level^2"),
    ),
    Feature(
        "entropy",
        "Shannon entropy of the levels' probabilities, base 2.",
        "bit",
        ibsi="TLU2",
        tag="ih_entropy",
    ),
    Feature(
        "uniformity",
        "Sum of the squared probabilities of the levels.",
        "1",
        ibsi="BJ5W",
        tag="ih_uniformity",
    ),
    Feature(
        "maximum_gradient",
        f"Largest {_GRADIENT}.",
        "voxel",
        ibsi="12CE",
        tag="ih_max_grad",
    ),
    Feature(
        "maximum_gradient_level",
        f"Level of the largest {_GRADIENT}; the lowest of several.",
        "level",
        ibsi="8E6O",
        tag="ih_max_grad_g",
    ),
    Feature(
        "minimum_gradient",
        f"Smallest {_GRADIENT}.",
        "voxel",
        ibsi="VQB3",
        tag="ih_min_grad",
    ),
    Feature(
        "minimum_gradient_level",
        f"Level of the smallest {_GRADIENT}; the lowest of several.",
        "level",
        ibsi="RHQZ",
        tag="ih_min_grad_g",
    ),
)


def features(params: HistogramParams) -> tuple[Feature, ...]:
    """Meaning of the 23 features."""
    return _FEATURES


def compute(region: Region, params: HistogramParams) -> Values:
    """Count the levels from 1 to their number, absent ones included."""
    names = FAMILY.names(params)
    levels = region.levels(params.binning)
    if isinstance(levels, Undefined):
        return dict.fromkeys(names, levels)
    counts = np.bincount(levels.values, minlength=levels.count + 1)[1:]
    numbers = np.arange(1.0, counts.size + 1)
    found = describe(Distribution.of(numbers, counts))
    shares = counts[counts > 0] / region.size
    modes = numbers[counts == counts.max()]
    found["mode"] = float(modes[np.argmin(np.abs(modes - found["mean"]))])
    found["entropy"] = abs(float((shares * np.log2(shares)).sum()))  # no negative zero
    found["uniformity"] = float((shares * shares).sum())
    found |= _gradients(counts)
    return {name: found[name] for name in names}


def _gradients(counts: NDArray[np.int64]) -> dict[str, Number]:
    if counts.size == 1:
        return dict.fromkeys([item.name for item in _FEATURES[-4:]], Undefined.FLAT_REGION)
    gradient = np.gradient(counts.astype(np.float64))
    return {
        "maximum_gradient": float(gradient.max()),
        "maximum_gradient_level": float(gradient.argmax() + 1),
        "minimum_gradient": float(gradient.min()),
        "minimum_gradient_level": float(gradient.argmin() + 1),
    }


FAMILY = Family("intensity_histogram", params=HistogramParams, features=features, compute=compute)
