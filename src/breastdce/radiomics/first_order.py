"""Statistics of a list of numbers as CaPTk 1.8.1 computes them, peculiarities included.

Source: CaPTk 1.8.1, `src/cbica_toolkit/src/cbicaStatistics.h`. Values are float32, sums run in
float64 one value after another: the signed deviations are nothing but rounding, so their digits
depend on the order of the sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Undefined

FloatArray = NDArray[np.float64]
Number = float | Undefined


class Statistic(NamedTuple):
    """Meaning of a statistic: a sentence about `{values}`, the power of its unit, its defect."""

    definition: str
    power: int
    defect: str = ""


_SIGNED = "Signed: the absolute value is not taken, so positive and negative deviations cancel."
_RANK = "element floor(n {percent} / 100) of the n sorted {{values}}, counted from 0"


def _rank(percent: int) -> Statistic:
    text = _RANK.format(percent=percent)
    return Statistic(f"Percentile {percent} without interpolation: {text}.", 1)


STATISTICS: Mapping[str, Statistic] = {
    "CoefficientOfVariation": Statistic("Standard deviation divided by mean of the {values}.", 0),
    "Energy": Statistic("Sum of the squared {values}.", 2),
    "InterQuartileRange": Statistic("Percentile 75 minus percentile 25 of the {values}.", 1),
    "Kurtosis": Statistic(
        "Mean fourth power of the standardized {values}; 3 for a normal distribution.",
        0,
        "The mean divides by n, the standard deviation inside by n - 1.",
    ),
    "Maximum": Statistic("Largest of the {values}.", 1),
    "Mean": Statistic("Mean of the {values}.", 1),
    "MeanAbsoluteDeviation": Statistic(
        "Mean of the {values} minus their mean.", 1, f"{_SIGNED} What is left is rounding noise."
    ),
    "Median": Statistic("Median of the {values}.", 1),
    "MedianAbsoluteDeviation": Statistic(
        "Mean of the {values} minus their median.", 1, f"{_SIGNED} It is mean minus median."
    ),
    "Minimum": Statistic("Smallest of the {values}.", 1),
    "Mode": Statistic(
        "Most frequent of the {values}; the smallest of several.",
        1,
        "The largest value is never considered, however frequent, unless all are equal.",
    ),
    "NinetiethPercentile": _rank(90),
    "QuartileCoefficientOfVariation": Statistic(
        "Difference of percentiles 75 and 25 of the {values}, divided by their sum.", 0
    ),
    "Range": Statistic("Largest minus smallest of the {values}.", 1),
    "RobustMeanAbsoluteDeviation1090": Statistic(
        "Mean absolute deviation from their mean of the {values} from percentile 10 to 90.", 1
    ),
    "RootMeanSquare": Statistic("Square root of the mean of the squared {values}.", 1),
    "SeventyFifthPercentile": _rank(75),
    "Skewness": Statistic(
        "Mean third power of the standardized {values}.",
        0,
        "The mean divides by n, the standard deviation inside by n - 1.",
    ),
    "StandardDeviation": Statistic("Root of the variance of the {values}.", 1),
    "Sum": Statistic("Sum of the {values}.", 1),
    "TenthPercentile": _rank(10),
    "TwentyFifthPercentile": _rank(25),
    "Variance": Statistic("Variance of the {values}, divided by n - 1.", 2),
}


def first_order(values: NDArray[np.float32]) -> dict[str, Number]:
    """All STATISTICS of `values` (float32, shape (n,)), keyed and sorted by name.

    Undefined are: all without values (EMPTY_REGION); spread and shape of a single value
    (TOO_FEW_VOXELS); shape of equal values (FLAT_REGION); ratios to 0 (ZERO_DENOMINATOR).
    """
    if values.size == 0:
        return dict.fromkeys(STATISTICS, Undefined.EMPTY_REGION)
    found = _sums(values) | _spread(values) | _ranks(np.sort(values))
    found["MedianAbsoluteDeviation"] = (
        ordered_sum(values - np.float32(found["Median"])) / values.size
    )
    return {name: found[name] for name in STATISTICS}


def ordered_sum(values: NDArray[np.floating]) -> float:
    """Sum in float64, one value after another from the first (numpy's own sum goes by pairs)."""
    return float(np.add.accumulate(values, dtype=np.float64)[-1])


def _sums(values: NDArray[np.float32]) -> dict[str, Number]:
    x = values.astype(np.float64)
    energy = ordered_sum(x * x)
    mean = ordered_sum(x) / x.size
    return {
        "Sum": ordered_sum(x),
        "Mean": mean,
        "MeanAbsoluteDeviation": ordered_sum(x - mean) / x.size,
        "Energy": energy,
        "RootMeanSquare": float(np.sqrt(energy / x.size)),
    }


def _spread(values: NDArray[np.float32]) -> dict[str, Number]:
    """Statistics that need a second value, or a value that differs."""
    names = ("Variance", "StandardDeviation", "CoefficientOfVariation", "Skewness", "Kurtosis")
    if values.size < 2:
        return dict.fromkeys(names, Undefined.TOO_FEW_VOXELS)
    mean = ordered_sum(values) / values.size
    centered = values.astype(np.float64) - mean
    variance = ordered_sum(centered * centered) / (values.size - 1)
    deviation = float(np.sqrt(variance))
    return {
        "Variance": variance,
        "StandardDeviation": deviation,
        "CoefficientOfVariation": ratio(deviation, mean),
        **_shape(centered, deviation),
    }


def _shape(centered: FloatArray, deviation: float) -> dict[str, Number]:
    if deviation == 0:
        return dict.fromkeys(("Skewness", "Kurtosis"), Undefined.FLAT_REGION)
    standardized = centered / deviation
    squared = standardized * standardized  # products, since powers of arrays are slow
    return {
        "Skewness": ordered_sum(squared * standardized) / centered.size,
        "Kurtosis": ordered_sum(squared * squared) / centered.size,
    }


def _ranks(ordered: NDArray[np.float32]) -> dict[str, Number]:
    """Statistics of the sorted values; differences and sums of them are float32."""
    q10, q25, q75, q90 = (_element(ordered, percent) for percent in (10, 25, 75, 90))
    half = ordered.size // 2
    middle = ordered[half] if ordered.size % 2 else (ordered[half - 1] + ordered[half]) / 2
    return {
        "Minimum": float(ordered[0]),
        "Maximum": float(ordered[-1]),
        "Range": float(ordered[-1] - ordered[0]),
        "Median": float(middle),
        "Mode": _mode(ordered),
        "TenthPercentile": float(q10),
        "TwentyFifthPercentile": float(q25),
        "SeventyFifthPercentile": float(q75),
        "NinetiethPercentile": float(q90),
        "InterQuartileRange": float(q75 - q25),
        "QuartileCoefficientOfVariation": ratio(float(q75 - q25), float(q75 + q25)),
        "RobustMeanAbsoluteDeviation1090": _robust_deviation(ordered, q10, q90),
    }


def _element(ordered: NDArray[np.float32], percent: int) -> np.float32:
    return np.float32(ordered[percent * ordered.size // 100])


def _mode(ordered: NDArray[np.float32]) -> float:
    first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    values, counts = ordered[first], np.diff(np.append(first, ordered.size))
    # CaPTk compares a run of equal values when the next run begins, so never the last one.
    return float(values[np.argmax(counts[:-1])] if counts.size > 1 else values[0])


def _robust_deviation(ordered: NDArray[np.float32], low: np.float32, high: np.float32) -> float:
    kept = ordered[(ordered >= low) & (ordered <= high)].astype(np.float64)
    return ordered_sum(np.abs(kept - ordered_sum(kept) / kept.size)) / kept.size


def ratio(numerator: float, denominator: float) -> Number:
    """Quotient, or the reason why there is none."""
    return numerator / denominator if denominator else Undefined.ZERO_DENOMINATOR
