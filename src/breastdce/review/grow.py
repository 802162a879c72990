"""Grow a region from a seed on post-contrast signal, and propose the signal it may have."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import msgspec
import numpy as np

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import FloatArray, Grid, Window
from breastdce.core.params import Params
from breastdce.core.volume import Mask, Volume
from breastdce.imaging.box import widened
from breastdce.imaging.components import Connectivity, connected_parts

Seed = tuple[int, int, int]
"""Index i, j, k of the voxel that was pointed at."""
_TIE_MM = 1e-6  # a center at the radius itself is within; decimal spacings round either way
_SD_OF_MAD = 1.4826  # 1 / the upper quartile of the normal distribution


class GrowParams(Params, frozen=True):
    """How far a region may reach."""

    radius_mm: Annotated[float, msgspec.Meta(gt=0, le=200)] = 30.0
    """Largest distance of a voxel's center from the seed's, in mm: stops leaks into vessels."""
    connectivity: Connectivity = 6
    """Neighbors that belong together: 6 (faces), 18 (and edges) or 26 (and corners)."""


class ProposeParams(Params, frozen=True):
    """Where bounds are proposed from."""

    radius_mm: Annotated[float, msgspec.Meta(gt=0, le=20)] = 3.0
    """Radius of the neighborhood of the seed, in mm."""
    spread: Annotated[float, msgspec.Meta(gt=0)] = 2.5
    """Half width of the bounds in robust standard deviations; the multiplier that ITK's
    documentation of `ConfidenceConnectedImageFilter` advises for the mean and SD."""


class Bounds(NamedTuple):
    """Least and largest signal of a region, both inclusive."""

    low: float
    high: float


def grow(signal: Volume, seed: Seed, bounds: Bounds, params: GrowParams) -> Mask:
    """Collect the voxels that are connected with a seed and have a signal within bounds.

    Parameters
    ----------
    signal
        First post-contrast image, float32, [i, j, k].
    seed
        Index of a voxel.
    bounds
        In the units of `signal`, inclusive.
    params
        Radius in mm and connectivity.

    Returns
    -------
    Mask
        On the grid of `signal`; empty where the signal of the seed itself is out of bounds. A
        voxel without a value (NaN) belongs to no region.

    Raises
    ------
    InputError
        CALL_INVALID where the seed is no voxel of the image.

    Notes
    -----
    The way from the seed must lie within the radius, too (region growing: Adams, Bischof, IEEE
    Trans Pattern Anal Mach Intell 1994;16:641, with fixed bounds).
    """
    _check(seed, signal.grid)
    box = _reach(seed, signal.grid, params.radius_mm)
    near = _distance_mm(seed, signal.grid, box) <= params.radius_mm + _TIE_MM
    low, high = np.float32(bounds.low), np.float32(bounds.high)
    parts = connected_parts(
        near & (signal.data[box] >= low) & (signal.data[box] <= high), params.connectivity
    )
    label = int(parts.labels[_within(seed, box)])
    grown = np.zeros(signal.grid.shape, np.bool_, order="F")
    if label:
        grown[box] = parts.labels == label
    return Mask(grown, signal.grid)


def propose_bounds(signal: Volume, seed: Seed, params: ProposeParams) -> Bounds:
    """Propose bounds from the neighborhood of a seed.

    Returns
    -------
    Bounds
        Median -+ `spread` times 1.4826 MAD of the signal around the seed, widened to the seed's
        own signal, so that a region grown from it is never empty. Median and MAD (median absolute
        deviation from the median; Hampel, J Am Stat Assoc 1974;69:383) are not moved by fat, air
        or a vessel as long as they are less than half of the neighborhood.

    Raises
    ------
    InputError
        CALL_INVALID where the seed is no voxel of the image, or has no finite signal.
    """
    _check(seed, signal.grid)
    own = float(signal.data[seed])
    if not np.isfinite(own):
        raise InputError(
            ErrorCode.CALL_INVALID,
            "The image has no signal at the seed",
            evidence={"seed": list(seed)},
            remedy="Point at a voxel inside the image's content.",
        )
    box = _reach(seed, signal.grid, params.radius_mm)
    near = _distance_mm(seed, signal.grid, box) <= params.radius_mm + _TIE_MM
    values = signal.data[box][near].astype(np.float64)
    values = values[np.isfinite(values)]
    middle = float(np.median(values))
    half = params.spread * _SD_OF_MAD * float(np.median(np.abs(values - middle)))
    return Bounds(min(middle - half, own), max(middle + half, own))


def _check(seed: Seed, grid: Grid) -> None:
    if not all(0 <= at < size for at, size in zip(seed, grid.shape, strict=True)):
        raise InputError(
            ErrorCode.CALL_INVALID,
            "The seed lies outside the image",
            evidence={"seed": list(seed), "shape": list(grid.shape)},
            remedy="Give the index i, j, k of a voxel, counted from 0.",
        )


def _reach(seed: Seed, grid: Grid, radius_mm: float) -> Window:
    one = (slice(seed[0], seed[0] + 1), slice(seed[1], seed[1] + 1), slice(seed[2], seed[2] + 1))
    return widened(one, [int((radius_mm + _TIE_MM) / mm) for mm in grid.spacing_mm], grid.shape)


def _within(seed: Seed, box: Window) -> Seed:
    i, j, k = (at - part.start for at, part in zip(seed, box, strict=True))
    return i, j, k


def _distance_mm(seed: Seed, grid: Grid, box: Window) -> FloatArray:
    """Distance of each center in a box from the seed's."""
    squared: list[FloatArray] = [
        np.square((np.arange(part.start, part.stop) - at) * np.float64(mm))
        for at, part, mm in zip(seed, box, grid.spacing_mm, strict=True)
    ]
    distance: FloatArray = np.sqrt(
        squared[0][:, None, None] + squared[1][None, :, None] + squared[2][None, None, :]
    )
    return distance
