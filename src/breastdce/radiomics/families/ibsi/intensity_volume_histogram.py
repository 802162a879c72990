"""Which part of the region has at least an intensity (IBSI 1, section 3.5).

The curve nu(i) is the fraction of voxels at or above step i of an intensity axis. Its abscissa
as a fraction is gamma(i) = (i - first) / (last - first), absent steps included.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Undefined
from breastdce.core.params import Params
from breastdce.radiomics.families._contract import Family, Feature, Values
from breastdce.radiomics.region import Region

_MOST_STEPS = 1_000_000
_LOW, _HIGH = 10, 90  # percent


class Steps(Params, frozen=True):
    """The steps of the intensity axis."""

    method: Literal["number", "width", "none"] = "number"
    """A fixed number of steps between the region's extremes, intensities in steps from 1; steps
    of a fixed width over the intensity range, intensities at their centers; or steps of 1 over
    the range for whole intensities. An open end of the range is the region's extreme."""
    number: Annotated[int, msgspec.Meta(ge=2, le=_MOST_STEPS)] = 1000
    """For `number`."""
    width: Annotated[float, msgspec.Meta(gt=0)] = 2.5
    """For `width`, in units of the image."""


class VolumeHistogramParams(Params, frozen=True):
    """The intensity axis."""

    steps: Steps = Steps()


_AT_INTENSITY = (
    "Fraction of voxels at or above the first intensity that lies {percent} % or more of the way "
    "from the first to the last."
)
_AT_VOLUME = "Smallest intensity that at most {percent} % of the voxels reach."


def features(params: VolumeHistogramParams) -> tuple[Feature, ...]:
    """Meaning of the 7 features."""
    unit = "bin" if params.steps.method == "number" else "intensity"
    return (
        Feature(
            "volume_fraction_at_10_percent_intensity",
            _AT_INTENSITY.format(percent=_LOW),
            "1",
            ibsi="NK6P",
            tag="ivh_v10",
        ),
        Feature(
            "volume_fraction_at_90_percent_intensity",
            _AT_INTENSITY.format(percent=_HIGH),
            "1",
            ibsi="4279",
            tag="ivh_v90",
        ),
        Feature(
            "intensity_at_10_percent_volume",
            _AT_VOLUME.format(percent=_LOW),
            unit,
            ibsi="PWN1",
            tag="ivh_i10",
        ),
        Feature(
            "intensity_at_90_percent_volume",
            _AT_VOLUME.format(percent=_HIGH),
            unit,
            ibsi="BOHI",
            tag="ivh_i90",
        ),
        Feature(
            "volume_fraction_difference",
            "Volume fraction at 10 % less that at 90 % intensity.",
            "1",
            ibsi="WITY",
            tag="ivh_diff_v10_v90",
        ),
        Feature(
            "intensity_difference",
            "Intensity at 10 % less that at 90 % volume.",
            unit,
            ibsi="JXJA",
            tag="ivh_diff_i10_i90",
        ),
        Feature(
            "area_under_curve",
            "Area under the volume fraction over the intensity fraction, by trapezoids.",
            "1",
            ibsi="9CMM",
            tag="ivh_auc",
        ),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Curve:
    """Voxels at or above each step, int64, shape (steps,), and the intensities of the steps."""

    reaching: NDArray[np.int64]
    first: float
    step: float

    def fraction_at(self, percent: int) -> float:
        """Volume fraction at the first step of that fraction of the axis."""
        # in whole numbers: a fraction of 0.9 may be hit exactly
        at = -(-(self.reaching.size - 1) * percent // 100)
        return float(self.reaching[at]) / float(self.reaching[0])

    def intensity_at(self, percent: int) -> float:
        """Intensity of the first step that few enough reach; the step after the last at most."""
        few = self.reaching * 100 <= percent * self.reaching[0]
        at = int(np.argmax(few)) if few.any() else few.size
        return self.first + at * self.step

    def area(self) -> float:
        """Area under the curve, its abscissa from 0 to 1."""
        inner = float(self.reaching.sum()) - float(self.reaching[0] + self.reaching[-1]) / 2
        return inner / (self.reaching.size - 1) / float(self.reaching[0])


def compute(region: Region, params: VolumeHistogramParams) -> Values:
    """Count the voxels of each step, then from the last step down."""
    names = FAMILY.names(params)
    if region.size == 0:
        return dict.fromkeys(names, Undefined.EMPTY_REGION)
    curve = _curve(region.values, region.limits, params.steps)
    if isinstance(curve, Undefined):
        return dict.fromkeys(names, curve)
    v10, v90 = curve.fraction_at(_LOW), curve.fraction_at(_HIGH)
    i10, i90 = curve.intensity_at(_LOW), curve.intensity_at(_HIGH)
    found = (v10, v90, i10, i90, v10 - v90, i10 - i90, curve.area())
    return dict(zip(names, found, strict=True))


def _curve(
    values: NDArray[np.float32], limits: tuple[float, float], steps: Steps
) -> _Curve | Undefined:
    exact = values.astype(np.float64)
    low, high = float(exact.min()), float(exact.max())
    if steps.method != "number":
        low = limits[0] if math.isfinite(limits[0]) else low
        high = limits[1] if math.isfinite(limits[1]) else high
    if low >= high:
        return Undefined.FLAT_REGION
    if steps.method == "number":
        number = steps.number
        return _counted((exact - low) * (number / (high - low)), number, 1.0, 1.0)
    if steps.method == "width":
        number = max(math.ceil((high - low) / steps.width), 2)
        if number > _MOST_STEPS:
            return Undefined.TOO_MANY_LEVELS
        center = low + steps.width / 2
        return _counted((exact - low) / steps.width, number, center, steps.width)
    if not np.array_equal(exact, np.rint(exact)) or low != round(low):
        return Undefined.LEVELS_NOT_WHOLE
    if high - low >= _MOST_STEPS:
        return Undefined.TOO_MANY_LEVELS
    return _counted(exact - low, math.floor(high - low) + 1, low, 1.0)


def _counted(position: NDArray[np.float64], number: int, first: float, step: float) -> _Curve:
    """Count values by their position in steps; those on the upper end are in the last one."""
    at = np.minimum(position.astype(np.int64), number - 1)
    counts = np.bincount(at, minlength=number)
    return _Curve(np.cumsum(counts[::-1])[::-1], first, step)


FAMILY = Family(
    "intensity_volume_histogram",
    params=VolumeHistogramParams,
    features=features,
    compute=compute,
)
