"""Maps of what `curves` says of each voxel, and its summary over regions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np

from breastdce.core.codes import Undefined
from breastdce.core.exam import Dynamic, Region
from breastdce.core.volume import Mask
from breastdce.kinetics.curves import (
    QUANTITIES,
    Curves,
    CurvesParams,
    CurveType,
    Sampling,
    describe_curves,
    undefined_reasons,
)
from breastdce.kinetics.roi import region_mask, tissue_of_slice, window
from breastdce.kinetics.stored import MapSet, as_stored, empty_map
from breastdce.kinetics.tally import FtvReport

MAPS: Final = {
    "time-to-peak": ("time_to_peak", 0.1),
    "wash-in": ("wash_in_slope", 0.001),
    "wash-out": ("wash_out_slope", 0.0001),
    "iauc": ("initial_auc", 1.0),
    "curve-type": ("kind", 1.0),
}
"""Name of a map to the quantity in it and the unit that it is stored in: s, percent per s,
percent per s, percent s, a `CurveType`."""


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """One quantity over the voxels of a region; NaN where undefined."""

    voxels: int
    """Where it is defined."""
    mean: float
    median: float
    of_mean_curve: float
    """The quantity of the region's mean signal."""


class RegionCurves(msgspec.Struct, frozen=True, kw_only=True):
    """The curves of one region."""

    mask: str
    voxels: int
    persistent: int
    plateau: int
    washout: int
    """Voxels by `CurveType`."""
    quantities: dict[str, Summary]
    """By name, those of `QUANTITIES`."""


class CurveReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the curves of one exam say."""

    sampling: Sampling
    initial_s: float
    reasons: dict[str, Undefined]
    """Why a quantity is undefined in every voxel of the exam."""
    regions: tuple[RegionCurves, ...]


def map_curves(
    native: Dynamic,
    region: Region,
    measured: FtvReport,
    masks: Mapping[str, Mask],
    sampling: Sampling,
    params: CurvesParams,
) -> tuple[MapSet, CurveReport]:
    """Describe the curve of every voxel of tissue in the region of interest.

    Parameters
    ----------
    native
        All phases, raw signal after the modality LUT, native grid.
    region
        Its omit regions are left out.
    measured
        What FTV was measured with: region of interest and background threshold.
    masks
        Regions to summarize, by name, native grid, inside the tissue.
    sampling
        Of the exam.
    params
        See `CurvesParams`.

    Returns
    -------
    MapSet, CurveReport
        Maps of `MAPS` but those that are undefined in every voxel.
    """
    reasons = undefined_reasons(sampling, params)
    maps = [
        empty_map(name, slope, native.grid)
        for name, (quantity, slope) in MAPS.items()
        if quantity not in reasons
    ]
    omit = region_mask(region.omit, native.grid) if region.omit else None
    pre = native.phases[sampling.pre]
    _, _, slices = window(measured.voi)
    for k in range(slices.start, slices.stop):
        inside = tissue_of_slice(pre, measured.voi, measured.thresholds.background, omit, k)
        signal = np.stack([phase.data[:, :, k].T[inside.T] for phase in native.phases])
        curves = describe_curves(signal, sampling, params)
        for one in maps:
            values = getattr(curves, MAPS[one.name][0])
            one.stored[:, :, k].T[inside.T] = as_stored(values, one.slope)
    summaries = tuple(
        _summarize(name, native, mask, sampling, params) for name, mask in masks.items()
    )
    report = CurveReport(
        sampling=sampling, initial_s=params.initial_s, reasons=reasons, regions=summaries
    )
    return MapSet(native.grid, tuple(maps)), report


def _summarize(
    name: str, native: Dynamic, mask: Mask, sampling: Sampling, params: CurvesParams
) -> RegionCurves:
    signal = np.stack([phase.data.T[mask.data.T] for phase in native.phases])
    curves = describe_curves(signal, sampling, params)
    voxels = signal.shape[1]
    mean = signal.sum(axis=1, keepdims=True, dtype=np.float64) / max(voxels, 1)
    of_mean = describe_curves(mean.astype(np.float32), sampling, params)
    counts = np.bincount(curves.kind, minlength=len(CurveType)).tolist()
    return RegionCurves(
        mask=name,
        voxels=voxels,
        persistent=counts[CurveType.PERSISTENT],
        plateau=counts[CurveType.PLATEAU],
        washout=counts[CurveType.WASHOUT],
        quantities={quantity: _summary(quantity, curves, of_mean) for quantity in QUANTITIES},
    )


def _summary(quantity: str, curves: Curves, of_mean: Curves) -> Summary:
    values = getattr(curves, quantity)
    known = values[~np.isnan(values)].astype(np.float64)
    return Summary(
        voxels=int(known.size),
        mean=float(known.mean()) if known.size else math.nan,
        median=float(np.median(known)) if known.size else math.nan,
        of_mean_curve=float(getattr(of_mean, quantity)[0]),
    )
