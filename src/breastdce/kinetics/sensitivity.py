"""How the functional tumor volume (FTV) depends on its thresholds, counted exactly at once.

A voxel and enough of its neighbors pass the PE threshold t exactly when t is at most the smaller of
its own PE and the n-th largest PE among its neighbors that could be candidates: its supported PE.
So one pass gives the FTV of every t, and the same holds for the background threshold and the
pre-contrast signal. Every count equals what `functional_tumor_volume` counts with that threshold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.exam import Box, Region, Triple, VoiSource
from breastdce.core.grid import Window
from breastdce.core.params import Params
from breastdce.core.volume import Mask
from breastdce.kinetics.enhancement import percent_values, ratio_values
from breastdce.kinetics.neighbors import count_neighbors, supported_values
from breastdce.kinetics.roi import region_mask, window
from breastdce.kinetics.tally import FtvReport
from breastdce.kinetics.thresholds import Thresholds, background_of, background_scale, scale_inside

_SLAB: Final = 16  # slices worked on at a time, so that temporaries stay small
_LEAST = np.float32(-np.inf)

FloatImage = NDArray[np.float32]
Counts = NDArray[np.int64]
Percent = Annotated[float, msgspec.Meta(gt=0)]


class SensitivityParams(Params, frozen=True):
    """Which thresholds are tried; those that the exam was measured with are added."""

    pe_percent: tuple[Percent, ...] = tuple(float(value) for value in range(40, 201, 10))
    """PE thresholds, in percent."""
    background_percent: tuple[Annotated[float, msgspec.Meta(ge=0, le=100)], ...] = tuple(
        float(value) for value in range(40, 81, 5)
    )
    """Background thresholds, in percent of the 95th percentile of the pre-contrast signal."""
    min_neighbors: tuple[Annotated[int, msgspec.Meta(ge=0, le=26)], ...] = tuple(range(13))
    """Least numbers of candidates among 26 neighbors."""
    ser_minimum: tuple[Annotated[float, msgspec.Meta(ge=0)], ...] = tuple(
        round(0.1 * value, 1) for value in range(16)
    )
    """Least SER; 0, which leaves every voxel in, is always tried."""
    ser_threshold: Annotated[float, msgspec.Meta(gt=0)] = 0.9
    """Least SER of FTV by SER, which is counted beside FTV in every sweep."""


class Sweep(msgspec.Struct, frozen=True, kw_only=True):
    """FTV with one threshold varied, the others as the exam was measured with."""

    used: float
    """The value that the exam was measured with."""
    values: tuple[float, ...]
    """The values tried, rising; `used` is one of them."""
    voxels: tuple[int, ...]
    """FTV at each."""
    voxels_by_ser: tuple[int, ...]
    """FTV by SER at each."""


class SensitivityReport(msgspec.Struct, frozen=True, kw_only=True):
    """FTV of one exam as a function of its thresholds, in voxels."""

    voxel_ml: float
    thresholds: Thresholds
    ser_threshold: float
    """Least SER of FTV by SER."""
    pe_percent: Sweep
    background: Sweep
    """Values are background thresholds, in the unit of the images."""
    background_percent: tuple[float, ...]
    """What share of the 95th percentile each of them is, in percent; the used one may lie
    between those that were asked for."""
    min_neighbors: Sweep
    ser_minimum: tuple[float, ...]
    pe_by_ser: tuple[tuple[int, ...], ...]
    """FTV for each PE threshold (rows, as in `pe_percent`) and least SER (columns)."""


@dataclass(frozen=True, slots=True)
class _Lists:
    """The thresholds to try, as they are compared."""

    pe: FloatImage
    background: FloatImage
    neighbors: Counts
    ser: FloatImage


@dataclass(frozen=True, slots=True, eq=False)
class _Slab:
    """Some slices of the region with one voxel of surroundings where the images have them."""

    pre: FloatImage
    early: FloatImage
    late: FloatImage
    percent: FloatImage
    inside: NDArray[np.bool_]
    """In the region, and late signal above pre-contrast, and not omitted."""
    allowed: NDArray[np.bool_]
    """The same without the region: what counts as a neighbor."""
    shape: tuple[int, int, int]


def ftv_sensitivity(
    phases: Triple,
    region: Region,
    measured: FtvReport,
    params: SensitivityParams,
    breast: Mask | None = None,
) -> SensitivityReport:
    """Count the FTV for many thresholds, one varied at a time, and PE against SER.

    Parameters
    ----------
    phases
        Raw signal after the modality LUT, float32, [i, j, k]: before contrast, early, late.
    region
        Its omit regions are used.
    measured
        What `functional_tumor_volume` reported: region of interest and thresholds.
    params
        The thresholds to try.
    breast
        What stood in for a region of interest, where the report says so and it is not empty.

    Returns
    -------
    SensitivityReport
        Each count equals that of `functional_tumor_volume` with the same thresholds.
    """
    grid = phases.pre.grid
    omit = region_mask(region.omit, grid) if region.omit else None
    held = _held(measured, breast)
    scale = (
        background_scale(phases.pre, measured.voi, omit)
        if held is None
        else scale_inside(phases.pre, held)
    )
    lists = _lists(measured.thresholds, scale, params)
    pe_by_ser = np.zeros((lists.pe.size, lists.ser.size), np.int64)
    background = np.zeros((lists.background.size, 2), np.int64)
    neighbors = np.zeros((lists.neighbors.size, 2), np.int64)
    cuts = np.array([0.0, params.ser_threshold], np.float32)
    for slab in _slabs(phases, measured.voi, omit, held):
        pe_by_ser += _vary_pe(slab, measured.thresholds, lists)
        background += _vary_background(slab, measured.thresholds, lists.background, cuts)
        neighbors += _vary_neighbors(slab, measured.thresholds, lists.neighbors, cuts)
    return _report(measured, params, lists, scale, (pe_by_ser, background, neighbors))


def _lists(used: Thresholds, scale: float, params: SensitivityParams) -> _Lists:
    backgrounds = {background_of(scale, share) for share in params.background_percent}
    return _Lists(
        pe=np.unique(np.array([*params.pe_percent, used.pe_percent], np.float32)),
        background=np.unique(np.array([*backgrounds, used.background], np.float32)),
        neighbors=np.unique(np.array([*params.min_neighbors, used.min_neighbors], np.int64)),
        ser=np.unique(np.array([*params.ser_minimum, 0.0, params.ser_threshold], np.float32)),
    )


def _held(measured: FtvReport, breast: Mask | None) -> Mask | None:
    """The breasts, where FTV was counted inside them."""
    stood_in = measured.voi_source is VoiSource.BREAST
    return breast if stood_in and breast is not None and breast.data.any() else None


def _slabs(phases: Triple, voi: Box, omit: Mask | None, held: Mask | None) -> Iterator[_Slab]:
    for first in range(voi.first[2], voi.last[2] + 1, _SLAB):
        last = min(first + _SLAB - 1, voi.last[2])
        part = Box((*voi.first[:2], first), (*voi.last[:2], last))
        yield _slab(phases, part, omit, held)


def _slab(phases: Triple, part: Box, omit: Mask | None, held: Mask | None) -> _Slab:
    around, within = _surroundings(part, phases.pre.grid.shape)
    pre, early, late = (np.asfortranarray(phase.data[around]) for phase in phases)
    percent = percent_values(pre, early)
    allowed = late > pre
    if omit is not None:
        allowed &= ~omit.data[around]
    inside = np.zeros_like(allowed)
    inside[within] = allowed[within]
    if held is not None:
        inside &= held.data[around]
    return _Slab(
        pre=pre.ravel(order="F"),
        early=early.ravel(order="F"),
        late=late.ravel(order="F"),
        percent=percent.ravel(order="F"),
        inside=inside.ravel(order="F"),
        allowed=allowed.ravel(order="F"),
        shape=(pre.shape[0], pre.shape[1], pre.shape[2]),
    )


def _surroundings(part: Box, shape: tuple[int, int, int]) -> tuple[Window, Window]:
    """A box with a voxel more on each side where there is one, and the box inside that."""
    first = tuple(max(0, a - 1) for a in part.first)
    last = tuple(min(n - 1, b + 1) for b, n in zip(part.last, shape, strict=True))
    around = Box((first[0], first[1], first[2]), (last[0], last[1], last[2]))
    a, b = (
        tuple(end - start for end, start in zip(ends, first, strict=True))
        for ends in (part.first, part.last)
    )
    return window(around), window(Box((a[0], a[1], a[2]), (b[0], b[1], b[2])))


def _vary_pe(slab: _Slab, used: Thresholds, lists: _Lists) -> Counts:
    tissue = slab.pre >= np.float32(used.background)
    places = np.flatnonzero(slab.inside & tissue & (slab.percent >= lists.pe[0]))
    supported = _supported(slab, slab.percent, slab.allowed & tissue, places, used)
    return _counts(supported, _ser(slab, places), lists.pe, lists.ser)


def _vary_background(slab: _Slab, used: Thresholds, tried: FloatImage, cuts: FloatImage) -> Counts:
    enhancing = slab.percent >= np.float32(used.pe_percent)
    places = np.flatnonzero(slab.inside & enhancing & (slab.pre >= tried[0]))
    supported = _supported(slab, slab.pre, slab.allowed & enhancing, places, used)
    return _counts(supported, _ser(slab, places), tried, cuts)


def _vary_neighbors(slab: _Slab, used: Thresholds, tried: Counts, cuts: FloatImage) -> Counts:
    able = slab.pre >= np.float32(used.background)
    able &= slab.percent >= np.float32(used.pe_percent)
    places = np.flatnonzero(slab.inside & able)
    candidates = (slab.allowed & able).astype(np.float32)
    numbers = count_neighbors(candidates, slab.shape, places, 0.5)
    return _counts(numbers, _ser(slab, places), tried, cuts)


def _supported(
    slab: _Slab,
    values: FloatImage,
    counts: NDArray[np.bool_],
    places: Counts,
    used: Thresholds,
) -> FloatImage:
    """The largest threshold on `values` that each place passes, its neighbors asked."""
    of_neighbors = np.where(counts, values, _LEAST)
    return supported_values(of_neighbors, slab.shape, places, used.min_neighbors)


def _ser(slab: _Slab, places: Counts) -> FloatImage:
    return ratio_values(slab.pre[places], slab.early[places], slab.late[places])


def _counts(
    passed: NDArray[np.generic], ser: FloatImage, tried: NDArray[np.generic], cuts: FloatImage
) -> Counts:
    """Voxels that pass at least each threshold (rows) and whose SER is not below each cut.

    Both lists rise; a voxel counts up to the last threshold that it reaches.
    """
    row = np.searchsorted(tried, passed, side="right")
    column = np.searchsorted(cuts, ser, side="right")  # NaN sorts last: not below any cut
    shape = (tried.size + 1, cuts.size + 1)
    cells = np.bincount(row * shape[1] + column, minlength=shape[0] * shape[1]).reshape(shape)
    reached = cells[::-1, ::-1].cumsum(axis=0).cumsum(axis=1)[::-1, ::-1]
    counts: Counts = reached[1:, 1:]
    return counts


def _report(
    measured: FtvReport,
    params: SensitivityParams,
    lists: _Lists,
    scale: float,
    counted: tuple[Counts, Counts, Counts],
) -> SensitivityReport:
    pe_by_ser, background, neighbors = counted
    used = measured.thresholds
    by_ser = int(np.searchsorted(lists.ser, np.float32(params.ser_threshold)))
    pe = pe_by_ser[:, [0, by_ser]]
    return SensitivityReport(
        voxel_ml=measured.voxel_ml,
        thresholds=used,
        ser_threshold=params.ser_threshold,
        pe_percent=_sweep(used.pe_percent, lists.pe, pe),
        background=_sweep(used.background, lists.background, background),
        background_percent=tuple(
            round(100.0 * float(value) / scale, 2) if scale > 0 else 0.0
            for value in lists.background
        ),
        min_neighbors=_sweep(used.min_neighbors, lists.neighbors, neighbors),
        ser_minimum=tuple(_plain(value) for value in lists.ser),
        pe_by_ser=tuple(tuple(row) for row in pe_by_ser.tolist()),
    )


def _sweep(used: float, tried: NDArray[np.generic], counts: Counts) -> Sweep:
    return Sweep(
        used=_plain(np.float32(used)),  # as it was compared, so that it is one of the values
        values=tuple(_plain(value) for value in tried),
        voxels=tuple(counts[:, 0].tolist()),
        voxels_by_ser=tuple(counts[:, 1].tolist()),
    )


def _plain(value: np.generic) -> float:
    """The shortest decimal of a float32, so that 0.9 is printed as 0.9."""
    return float(str(value))
