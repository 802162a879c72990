"""Statistics of values that occur a number of times (IBSI 1, sections 3.3 and 3.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Undefined
from breastdce.radiomics.families._contract import Feature
from breastdce.radiomics.first_order import Number, ratio

FloatArray = NDArray[np.float64]


class Statistic(NamedTuple):
    """Name, tag without family, definition with `{values}`, power of their unit."""

    name: str
    tag: str
    definition: str
    power: int


STATISTICS = (
    Statistic("mean", "mean", "Mean of the {values}.", 1),
    Statistic("variance", "var", "Mean square of the {values} less their mean.", 2),
    Statistic("skewness", "skew", "Mean cube of the standardized {values}.", 0),
    Statistic("excess_kurtosis", "kurt", "Mean fourth power of the standardized {values}, - 3.", 0),
    Statistic("median", "median", "Median of the {values}.", 1),
    Statistic("minimum", "min", "Smallest of the {values}.", 1),
    Statistic("percentile_10", "p10", "Percentile 10 of the {values}, linear between ranks.", 1),
    Statistic("percentile_90", "p90", "Percentile 90 of the {values}, linear between ranks.", 1),
    Statistic("maximum", "max", "Largest of the {values}.", 1),
    Statistic("interquartile_range", "iqr", "Percentile 75 minus 25 of the {values}.", 1),
    Statistic("range", "range", "Largest minus smallest of the {values}.", 1),
    Statistic("mean_absolute_deviation", "mad", "Mean distance of the {values} to their mean.", 1),
    Statistic(
        "robust_mean_absolute_deviation",
        "rmad",
        "Mean distance to their mean of the {values} from percentile 10 to 90.",
        1,
    ),
    Statistic(
        "median_absolute_deviation", "medad", "Mean distance of the {values} to their median.", 1
    ),
    Statistic(
        "coefficient_of_variation", "cov", "Standard deviation over mean of the {values}.", 0
    ),
    Statistic(
        "quartile_coefficient_of_dispersion",
        "qcod",
        "Difference over sum of percentiles 75 and 25 of the {values}.",
        0,
    ),
)


def meanings(
    statistics: tuple[Statistic, ...],
    codes: dict[str, str],
    *,
    prefix: str,
    values: str,
    units: tuple[str, str, str],
) -> tuple[Feature, ...]:
    """Meaning of statistics of `values`; `codes` by tag, `units` by power."""
    return tuple(
        Feature(
            item.name,
            item.definition.format(values=values),
            units[item.power],
            ibsi=codes[item.tag],
            tag=f"{prefix}_{item.tag}",
        )
        for item in statistics
    )


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """Distinct or repeated values in ascending order and how often each occurs.

    `values` is float64, `counts` and their running sum `ranks` are int64, all of shape (n,).
    """

    values: FloatArray
    counts: NDArray[np.int64]
    ranks: NDArray[np.int64]

    @classmethod
    def of(cls, values: NDArray[np.floating], counts: NDArray[np.int64]) -> Distribution:
        """Take values in ascending order; those that do not occur are left out."""
        occurs = counts > 0
        kept = counts[occurs]
        return cls(values[occurs].astype(np.float64), kept, np.cumsum(kept))

    @property
    def total(self) -> int:
        """How many values there are, repeats included."""
        return int(self.ranks[-1])

    def mean(self, of: FloatArray) -> float:
        """Mean of a quantity that is given for each value."""
        return float((of * self.counts).sum()) / self.total

    def percentile(self, percent: int) -> float:
        """Value at rank (n - 1) percent / 100, linear between the two nearest."""
        rank, rest = divmod((self.total - 1) * percent, 100)
        low, high = self._at(rank), self._at(min(rank + 1, self.total - 1))
        return low + (high - low) * rest / 100

    def _at(self, rank: int) -> float:
        return float(self.values[np.searchsorted(self.ranks, rank, side="right")])

    def between(self, low: float, high: float) -> Distribution:
        """Only the values from low to high, ends included."""
        start = int(np.searchsorted(self.values, low, side="left"))
        stop = int(np.searchsorted(self.values, high, side="right"))
        counts = self.counts[start:stop]
        return Distribution(self.values[start:stop], counts, np.cumsum(counts))


def describe(found: Distribution) -> dict[str, Number]:
    """Compute `STATISTICS`, by name in their order.

    Skewness and kurtosis of equal values are FLAT_REGION, a ratio to 0 is ZERO_DENOMINATOR, and
    TOO_FEW_VOXELS says that none of two values lies from percentile 10 to 90.
    """
    mean = found.mean(found.values)
    away = found.values - mean
    square = away * away
    variance = found.mean(square)
    low, high = float(found.values[0]), float(found.values[-1])
    p10, p25, median, p75, p90 = (found.percentile(percent) for percent in (10, 25, 50, 75, 90))
    shape: tuple[Number, Number] = (Undefined.FLAT_REGION, Undefined.FLAT_REGION)
    if low < high:
        shape = (
            found.mean(square * away) / variance**1.5,
            found.mean(square * square) / variance**2 - 3,
        )
    numbers = (
        mean,
        variance,
        *shape,
        median,
        low,
        p10,
        p90,
        high,
        p75 - p25,
        high - low,
        _spread(found),
        _spread(found.between(p10, p90)),
        found.mean(np.abs(found.values - median)),
        ratio(variance**0.5, mean),
        ratio(p75 - p25, p75 + p25),
    )
    return {item.name: number for item, number in zip(STATISTICS, numbers, strict=True)}


def _spread(found: Distribution) -> Number:
    """Mean distance of the values to their mean."""
    if found.values.size == 0:
        return Undefined.TOO_FEW_VOXELS
    return found.mean(np.abs(found.values - found.mean(found.values)))
