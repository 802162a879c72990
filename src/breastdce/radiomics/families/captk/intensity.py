"""First-order statistics of the intensities inside the region (CaPTk family Intensity)."""

from __future__ import annotations

from breastdce.core.params import NoParams
from breastdce.radiomics.families._contract import Family, Feature, Values
from breastdce.radiomics.first_order import STATISTICS, first_order
from breastdce.radiomics.region import Region

_LEFT_OUT = {
    "RobustMeanAbsoluteDeviation1090",
    "SeventyFifthPercentile",
    "TwentyFifthPercentile",
}
_NAMES = tuple(sorted(set(STATISTICS) - _LEFT_OUT))
_UNITS = ("1", "intensity", "intensity^2")


def features(params: NoParams) -> tuple[Feature, ...]:
    """Meaning of the 20 statistics."""
    return tuple(
        Feature(
            name,
            STATISTICS[name].definition.format(values="intensities"),
            _UNITS[STATISTICS[name].power],
            STATISTICS[name].defect,
        )
        for name in _NAMES
    )


def compute(region: Region, params: NoParams) -> Values:
    """Statistics of the float32 intensities, `first_order.py`."""
    found = first_order(region.values)
    return {name: found[name] for name in _NAMES}


FAMILY = Family("intensity", params=NoParams, features=features, compute=compute)
