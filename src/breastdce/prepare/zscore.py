"""One mean and one standard deviation for all phases of an exam.

The phases are normalized together, so differences between them (enhancement) survive. Moments
are float64 sums over planes in a fixed order; no copy of an image is made for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode, ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.params import Params
from breastdce.core.volume import Mask, Volume

FloatArray = NDArray[np.float64]


class ZscoreParams(Params, frozen=True):
    """Which voxels of the phases the moments are taken over; all voxels are normalized."""

    mode: Literal["pooled", "trimmed", "masked"] = "pooled"
    """`pooled`: every voxel of every phase. `trimmed`: those whose value lies between two
    percentiles of all, ends included. `masked`: those inside the mask that is given, the same
    in every phase; without a mask those with a positive value."""
    lower_percent: Annotated[float, msgspec.Meta(ge=0, lt=50)] = 1.0
    upper_percent: Annotated[float, msgspec.Meta(gt=50, le=100)] = 99.0
    """Percentiles for `trimmed`, interpolated linearly between order statistics."""


@dataclass(frozen=True, slots=True, eq=False)
class Normalized:
    """Phases minus `mean` over `sd`, or as they were with FLAT_INTENSITY when `sd` is 0."""

    phases: tuple[Volume, ...]
    mean: float
    """In the unit of the images that were given."""
    sd: float
    """Population standard deviation, in that unit."""
    caveats: tuple[Caveat, ...] = ()


def zscore(phases: Sequence[Volume], params: ZscoreParams, mask: Mask | None = None) -> Normalized:
    """Normalize phases that share a grid by their common mean and standard deviation.

    Raises
    ------
    InputError
        GRID_MISMATCH when `mask` lies on another grid.
    """
    if mask is not None and not mask.grid.matches(phases[0].grid):
        raise InputError(
            ErrorCode.GRID_MISMATCH,
            evidence={"mask": mask.grid.describe(), "image": phases[0].grid.describe()},
        )
    mean, sd = pooled_moments(phases, _selection(phases, params, mask))
    if sd == 0:
        flat = Caveat(CaveatCode.FLAT_INTENSITY, {"mean": mean})
        return Normalized(tuple(phases), mean, sd, (flat,))
    return Normalized(tuple(_normalize(phase, mean, sd) for phase in phases), mean, sd)


Selection = Callable[[FloatArray, int], FloatArray]
"""From a plane, indexed [j, i], and its number along k to the values that count."""


def everything(plane: FloatArray, _k: int) -> FloatArray:
    """Select all voxels."""
    return plane


def pooled_moments(
    phases: Sequence[Volume], selection: Selection = everything
) -> tuple[float, float]:
    """Mean and population standard deviation over the selected voxels of all phases.

    Both are 0 when no voxel is selected.
    """
    count, total = 0, 0.0
    for values in _planes(phases, selection):
        count += values.size
        total += float(values.sum())
    if count == 0:
        return 0.0, 0.0
    mean = total / count
    square = 0.0
    for values in _planes(phases, selection):
        centered = values - mean
        square += float((centered * centered).sum())
    return mean, float(np.sqrt(square / count))


def _planes(phases: Sequence[Volume], selection: Selection) -> Iterator[FloatArray]:
    for phase in phases:
        for k in range(phase.grid.shape[2]):
            # One order of voxels, whatever the order in memory: sums must not depend on it.
            plane = np.array(phase.data[:, :, k].T, np.float64, order="C")
            yield selection(plane, k)


def _selection(phases: Sequence[Volume], params: ZscoreParams, mask: Mask | None) -> Selection:
    if params.mode == "trimmed":
        percents = (params.lower_percent, params.upper_percent)
        pooled = np.concatenate([phase.data.ravel(order="K") for phase in phases])
        low, high = np.percentile(pooled, percents, overwrite_input=True)
        return lambda plane, _k: plane[(plane >= low) & (plane <= high)]
    if params.mode == "pooled":
        return everything
    if mask is None:
        return lambda plane, _k: plane[plane > 0]
    inside = mask.data
    return lambda plane, k: plane[inside[:, :, k].T]


def _normalize(phase: Volume, mean: float, sd: float) -> Volume:
    scaled = np.empty(phase.grid.shape, np.float32, order="F")
    for k in range(phase.grid.shape[2]):
        scaled[:, :, k] = (phase.data[:, :, k].astype(np.float64) - mean) / sd
    return phase.with_data(scaled)
