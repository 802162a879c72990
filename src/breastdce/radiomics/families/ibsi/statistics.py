"""Statistics of the intensities in the region (IBSI 1, section 3.3)."""

from __future__ import annotations

import numpy as np

from breastdce.core.codes import Undefined
from breastdce.core.params import NoParams
from breastdce.radiomics.families._contract import Family, Feature, Values
from breastdce.radiomics.families.ibsi._distribution import (
    STATISTICS,
    Distribution,
    Statistic,
    describe,
    meanings,
)
from breastdce.radiomics.region import Region

_CODES = {
    "mean": "Q4LE",
    "var": "ECT3",
    "skew": "KE2A",
    "kurt": "IPH6",
    "median": "Y12H",
    "min": "1GSF",
    "p10": "QG58",
    "p90": "8DWT",
    "max": "84IY",
    "iqr": "SALO",
    "range": "2OJQ",
    "mad": "4FUA",
    "rmad": "1128",
    "medad": "N72L",
    "cov": "7TET",
    "qcod": "9S40",
    "energy": "N8CA",
    "rms": "5ZWQ",
}
_FEATURES = meanings(
    (
        *STATISTICS,
        Statistic("energy", "energy", "Sum of the squared {values}.", 2),
        Statistic("root_mean_square", "rms", "Root of the mean square of the {values}.", 1),
    ),
    _CODES,
    prefix="stat",
    values="intensities",
    units=("1", "intensity", "intensity^2"),
)


def features(params: NoParams) -> tuple[Feature, ...]:
    """Meaning of the 18 statistics."""
    return _FEATURES


def compute(region: Region, params: NoParams) -> Values:
    """Sort the intensities once; sums in float64."""
    if region.size == 0:
        return dict.fromkeys(FAMILY.names(params), Undefined.EMPTY_REGION)
    found = Distribution.of(np.sort(region.values), np.ones(region.size, np.int64))
    energy = float((found.values * found.values).sum())
    return {
        **describe(found),
        "energy": energy,
        "root_mean_square": (energy / region.size) ** 0.5,
    }


FAMILY = Family("statistics", params=NoParams, features=features, compute=compute)
