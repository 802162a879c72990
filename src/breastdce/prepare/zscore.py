"""One mean and one standard deviation for all phases of an exam.

The phases are normalized together, so differences between them (enhancement) survive. Moments
take one pass over the images and normalization another; no copy of an image is made on the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
import numpy as np

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode, ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.params import Params
from breastdce.core.volume import Mask, Volume
from breastdce.imaging.kernel import read_only
from breastdce.prepare.moments import Selection, in_order, normalize, pooled_moments

_SMALLEST = float(np.nextafter(np.float32(0), np.float32(1)))
"""Of positive float32 numbers."""


class ZscoreParams(Params, frozen=True):
    """Which voxels of the phases the moments are taken over; all voxels are normalized."""

    mode: Literal["pooled", "trimmed", "masked"] = "pooled"
    """`pooled`: every voxel of every phase. `trimmed`: those whose value lies between two
    percentiles of all, ends included. `masked`: those inside the mask that is given, the same
    in every phase; without a mask those with a positive value."""
    lower_percent: Annotated[float, msgspec.Meta(ge=0, lt=50)] = 1.0
    """Percentile for `trimmed`, interpolated linearly between order statistics: the lower one."""
    upper_percent: Annotated[float, msgspec.Meta(gt=50, le=100)] = 99.0
    """The upper one."""


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


def _selection(
    phases: Sequence[Volume], params: ZscoreParams, mask: Mask | None
) -> Selection | None:
    if params.mode == "trimmed":
        percents = (params.lower_percent, params.upper_percent)
        pooled = np.concatenate([phase.data.ravel(order="K") for phase in phases])
        low, high = np.percentile(pooled, percents, overwrite_input=True)
        return Selection(low=float(low), high=float(high))
    if params.mode == "pooled":
        return None
    return Selection(low=_SMALLEST) if mask is None else Selection(mask)


def _normalize(phase: Volume, mean: float, sd: float) -> Volume:
    scaled = np.empty(phase.grid.shape, np.float32, order="F")
    normalize(read_only(in_order(phase.data)), mean, 1.0 / sd, scaled.T.reshape(-1))
    return phase.with_data(scaled)
