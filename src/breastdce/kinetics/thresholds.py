"""The thresholds of FTV: which values are used for an exam, and where each came from."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Annotated

import msgspec
import numpy as np

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode
from breastdce.core.exam import Box, Region
from breastdce.core.params import Params
from breastdce.core.volume import Mask, Volume
from breastdce.kinetics.roi import window


class FtvParams(Params, frozen=True):
    """Defaults for what an exam's region does not give, and the cuts of the SER classes."""

    pe_percent: Annotated[float, msgspec.Meta(gt=0)] = 70.0
    """Least early enhancement, in percent: ACRIN 6657; I-SPY2 sets it per site."""
    min_neighbors: Annotated[int, msgspec.Meta(ge=0, le=26)] = 4
    """Candidates that must be among a voxel's 26 neighbors."""
    background_percent: Annotated[float, msgspec.Meta(ge=0, le=100)] = 60.0
    """Share of the 95th percentile of the pre-contrast signal below which there is no tissue."""
    ser_threshold: Annotated[float, msgspec.Meta(gt=0)] = 0.9
    """Least SER of FTV by SER; below it the kinetics are persistent."""
    plateau_upper: Annotated[float, msgspec.Meta(gt=0)] = 1.1
    """Largest SER of a plateau; above it is washout. Papers vary."""


class Origin(StrEnum):
    """Where a threshold came from."""

    GIVEN = "given"
    """With the region: the producer's header or a table."""
    COMPUTED = "computed"
    """From the images, by the producer's rule."""
    DEFAULT = "default"
    """From the recipe's parameters."""


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """The values that were used."""

    background: int
    """Least pre-contrast signal of tissue, inclusive, in the unit of the images."""
    background_origin: Origin
    pe_percent: float
    """Least early percent enhancement, inclusive."""
    pe_percent_origin: Origin
    min_neighbors: int
    min_neighbors_origin: Origin


def choose_thresholds(
    pre: Volume,
    region: Region,
    voi: Box,
    omit: Mask | None,
    params: FtvParams,
    held: Mask | None = None,
) -> tuple[Thresholds, tuple[Caveat, ...]]:
    """Take what the region gives, compute the background if it does not, else the defaults.

    Parameters
    ----------
    pre
        Pre-contrast signal after the modality LUT, float32, [i, j, k].
    region
        Thresholds given for the exam; None where not given.
    voi
        The region of interest, inside the grid.
    omit
        Voxels cut out of it.
    params
        Defaults.
    held
        Mask that stands in for the region of interest.

    Returns
    -------
    Thresholds, tuple of Caveat
        THRESHOLD_DEFAULT for each of PE and neighbors that was not given.
    """
    background, origin = region.background, Origin.GIVEN
    if background is None:
        if held is None:
            background = background_threshold(pre, voi, omit, params.background_percent)
        else:
            background = background_inside(pre, held, params.background_percent)
        origin = Origin.COMPUTED
    pe, neighbors = region.pe_percent, region.min_neighbors
    chosen = Thresholds(
        background=background,
        background_origin=origin,
        pe_percent=params.pe_percent if pe is None else pe,
        pe_percent_origin=Origin.DEFAULT if pe is None else Origin.GIVEN,
        min_neighbors=params.min_neighbors if neighbors is None else neighbors,
        min_neighbors_origin=Origin.DEFAULT if neighbors is None else Origin.GIVEN,
    )
    return chosen, _defaults_used(chosen)


def _defaults_used(chosen: Thresholds) -> tuple[Caveat, ...]:
    used = {
        "pe_percent": (chosen.pe_percent, chosen.pe_percent_origin),
        "min_neighbors": (chosen.min_neighbors, chosen.min_neighbors_origin),
    }
    return tuple(
        Caveat(CaveatCode.THRESHOLD_DEFAULT, {"threshold": name, "value": value})
        for name, (value, origin) in used.items()
        if origin is Origin.DEFAULT
    )


def background_threshold(pre: Volume, voi: Box, omit: Mask | None, percent: float) -> int:
    """Compute the least pre-contrast signal of tissue by UCSF's rule `PERCENT_MAX`.

    Parameters
    ----------
    pre
        Pre-contrast signal, float32, [i, j, k].
    voi
        First and last voxel, inclusive, inside the grid.
    omit
        Voxels that count as 0, or None.
    percent
        Share of the 95th percentile, in percent.

    Returns
    -------
    int
        ``floor(percent / 100 * P95 + 0.5)``, see `background_scale`.
    """
    return background_of(background_scale(pre, voi, omit), percent)


def background_of(p95: float, percent: float) -> int:
    """Background threshold for a share of the 95th percentile, in percent."""
    return math.floor(percent / 100.0 * p95 + 0.5)


def background_scale(pre: Volume, voi: Box, omit: Mask | None) -> float:
    """The 95th percentile that the background threshold is a share of; arguments as above.

    It is linearly interpolated, over the box without its last column, row and slice: with that
    half-open box the integers in the producer's headers are met. An axis of one voxel keeps it.
    """
    last = tuple(max(b - 1, a) for a, b in zip(voi.first, voi.last, strict=True))
    cut = window(Box(voi.first, (last[0], last[1], last[2])))
    signal = pre.data[cut]
    if omit is not None:
        signal = np.where(omit.data[cut], np.float32(0), signal)
    return float(np.percentile(signal.astype(np.float64), 95, method="linear"))


def background_inside(pre: Volume, breast: Mask, percent: float) -> int:
    """Compute the least pre-contrast signal of tissue inside a mask: no box was given.

    Parameters
    ----------
    pre
        Pre-contrast signal, float32, [i, j, k].
    breast
        Voxels that count, on the same grid; with an empty mask the answer is 0.
    percent
        Share of the 95th percentile, in percent.

    Returns
    -------
    int
        ``floor(percent / 100 * P95 + 0.5)``, as by `background_threshold`.
    """
    return background_of(scale_inside(pre, breast), percent)


def scale_inside(pre: Volume, breast: Mask) -> float:
    """The 95th percentile that it is a share of: of all voxels of the mask, 0 without any."""
    signal = pre.data.T[breast.data.T]
    if signal.size == 0:
        return 0.0
    return float(np.percentile(signal.astype(np.float64), 95, method="linear"))
