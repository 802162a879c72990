"""Functional tumor volume (FTV) and its maps, by the rules of the I-SPY1 producer (UCSF).

Method: Hylton et al., Radiology 2012;263:663 and 2016;279:44; border, tie and rounding rules as
found by meeting the producer's maps, masks and counts on every voxel.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode, ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.exam import Box, Region, Triple, VoiSource
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.kinetics.enhancement import percent_values, ratio_values
from breastdce.kinetics.roi import clip, region_mask, size, whole, window
from breastdce.kinetics.tally import SER_CEILING, FtvReport, Steps, count_kinetics
from breastdce.kinetics.thresholds import FtvParams, Thresholds, choose_thresholds

SER_SLOPE: Final = 0.001
"""Ratio per stored unit of the SER map."""
_STORED_PER_RATIO = np.float32(1000)
_INT16_MAX = np.float32(32767)
_NEGATIVE_SHARE = 0.01  # of the enhancing voxels; duke_153, a still patient, has 0.004
_SLAB = 16  # slices worked on at a time, so that temporaries stay small

BoolImage = NDArray[np.bool_]
StoredImage = NDArray[np.int16]


@dataclass(frozen=True, slots=True, eq=False)
class FtvResult:
    """The FTV and the maps that it came from, on the native grid."""

    mask: Mask
    """The functional tumor volume."""
    tissue: Mask
    """Voxels at or above the background threshold, whole images, without omit regions."""
    pe_stored: StoredImage
    """Percent, rounded down, not below 0, on tissue; 0 elsewhere; [i, j, k], Fortran order."""
    ser_stored: StoredImage
    """Ratio in units of SER_SLOPE on supported candidates of the whole images; 0 elsewhere."""
    report: FtvReport
    caveats: tuple[Caveat, ...]


def functional_tumor_volume(
    phases: Triple, region: Region, params: FtvParams, breast: Mask | None = None
) -> FtvResult:
    """Measure the functional tumor volume of an exam.

    Parameters
    ----------
    phases
        Raw signal after the modality LUT, float32, [i, j, k]: before contrast, early, late.
    region
        Region of interest, omit regions and thresholds.
    params
        Defaults for thresholds that the region does not give, and SER cuts.
    breast
        Stands in for a region of interest that is not given: the background threshold is of the
        signal inside, and FTV counts there (caveat VOI_BREAST). Without it, or when it is empty,
        the whole images are the region (caveat VOI_NONE).

    Returns
    -------
    FtvResult
        Masks, stored maps, counts, caveats. An FTV of 0 voxels is a value.

    Raises
    ------
    InputError
        GRID_MISMATCH when the phases do not share a grid.
    ExamRefused
        VOI_EMPTY when the region of interest lies outside the images.

    Notes
    -----
    A voxel is a candidate when its pre-contrast signal reaches the background threshold, its
    early enhancement reaches the PE threshold, its late signal exceeds the pre-contrast signal
    and it is not omitted; anywhere in the images. It is supported when enough of its 26
    neighbors are candidates, in one pass, with the outermost voxels repeated beyond the border.
    The FTV is what is supported inside the region of interest.
    """
    grid = _shared_grid(phases)
    voi, clipped = clip(whole(grid) if region.voi is None else region.voi, grid)
    omit = region_mask(region.omit, grid) if region.omit else None
    held = _held(region, breast)
    thresholds, defaults = choose_thresholds(phases.pre, region, voi, omit, params, held)
    marks = _mark(phases, thresholds, omit)
    supported = marks.candidates & has_neighbors(marks.candidates, thresholds.min_neighbors)
    ser = _ser_of(phases, supported)
    ftv = _inside(supported, voi)
    if held is not None:
        ftv &= held.data
    report = FtvReport(
        voi_source=VoiSource.BREAST if region.voi is None else region.source,
        voi=voi,
        voi_voxels=size(voi) if held is None else int(np.count_nonzero(held.data)),
        omit_voxels=0 if omit is None else int(np.count_nonzero(omit.data)),
        thresholds=thresholds,
        whole=_steps(marks, supported, whole(grid)),
        inside=_steps(marks, supported, voi, held),
        kinetics=count_kinetics(ser[ftv.T[supported.T]], params),
        voxel_ml=grid.voxel_ml,
    )
    caveats = (*clipped, *defaults, *_caveats(region, report, held))
    tissue, stored = Mask(marks.tissue, grid), _stored_ser(ser, supported)
    return FtvResult(Mask(ftv, grid), tissue, marks.pe_stored, stored, report, caveats)


def has_neighbors(candidates: BoolImage, least: int) -> BoolImage:
    """Whether at least `least` of the 26 neighbors of each voxel are set.

    Beyond the border the outermost slice, row and column repeat: with zeros there the producer's
    result is missed in the first and last slice.
    """
    counts = np.pad(candidates.view(np.uint8), 1, mode="edge")
    counts = np.asfortranarray(counts)
    counts = counts[:-2] + counts[1:-1] + counts[2:]
    counts = counts[:, :-2] + counts[:, 1:-1] + counts[:, 2:]
    counts = counts[:, :, :-2] + counts[:, :, 1:-1] + counts[:, :, 2:]
    counts -= candidates
    enough: BoolImage = counts >= least
    return enough


@dataclass(frozen=True, slots=True, eq=False)
class _Marks:
    """What each voxel is by itself, before its neighbors are asked."""

    tissue: BoolImage
    enhancing: BoolImage
    candidates: BoolImage
    pe_stored: StoredImage


def _shared_grid(phases: Triple) -> Grid:
    for phase in phases:
        if not phase.grid.matches(phases.pre.grid):
            raise InputError(
                ErrorCode.GRID_MISMATCH,
                evidence={"first": phases.pre.grid.describe(), "this": phase.grid.describe()},
            )
    return phases.pre.grid


def _mark(phases: Triple, thresholds: Thresholds, omit: Mask | None) -> _Marks:
    shape = phases.pre.grid.shape
    tissue, enhancing, candidates = (np.empty(shape, np.bool_, order="F") for _ in range(3))
    pe_stored = np.empty(shape, np.int16, order="F")
    for at in _slabs(shape[2]):
        pre, post, late = (phase.data[at] for phase in phases)
        percent = percent_values(pre, post)
        np.greater_equal(pre, np.float32(thresholds.background), out=tissue[at])
        if omit is not None:
            tissue[at] &= ~omit.data[at]
        np.greater_equal(percent, np.float32(thresholds.pe_percent), out=enhancing[at])
        enhancing[at] &= tissue[at]
        np.greater(late, pre, out=candidates[at])
        candidates[at] &= enhancing[at]
        pe_stored[at] = _stored_pe(percent, tissue[at])
    return _Marks(tissue, enhancing, candidates, pe_stored)


def _slabs(slices: int) -> Iterator[tuple[slice, slice, slice]]:
    for start in range(0, slices, _SLAB):
        yield slice(None), slice(None), slice(start, min(start + _SLAB, slices))


def _stored_pe(percent: NDArray[np.float32], tissue: BoolImage) -> StoredImage:
    known = np.where(tissue & (percent > 0), percent, np.float32(0))  # NaN compares false
    return np.minimum(np.floor(known, out=known), _INT16_MAX).astype(np.int16)


def _ser_of(phases: Triple, where: BoolImage) -> NDArray[np.float32]:
    """SER of the chosen voxels, in the order of memory (i fastest)."""
    pre, early, late = (phase.data.T[where.T] for phase in phases)
    return ratio_values(pre, early, late)


def _stored_ser(ser: NDArray[np.float32], where: BoolImage) -> StoredImage:
    stored = np.zeros(where.shape, np.int16, order="F")
    scaled = np.floor(_STORED_PER_RATIO * np.minimum(ser, SER_CEILING) + np.float32(0.5))
    stored.T[where.T] = scaled.astype(np.int16)
    return stored


def _inside(mask: BoolImage, voi: Box) -> BoolImage:
    inside = np.zeros(mask.shape, np.bool_, order="F")
    inside[window(voi)] = mask[window(voi)]
    return inside


def _held(region: Region, breast: Mask | None) -> Mask | None:
    """The breasts, where they stand in for the region of interest."""
    wanted = region.voi is None and breast is not None and bool(breast.data.any())
    return breast if wanted else None


def _steps(marks: _Marks, supported: BoolImage, box: Box, held: Mask | None = None) -> Steps:
    masks = (marks.tissue, marks.enhancing, marks.candidates, supported)
    if held is not None:
        masks = (
            masks[0] & held.data,
            masks[1] & held.data,
            masks[2] & held.data,
            masks[3] & held.data,
        )
    counts = [int(np.count_nonzero(mask[window(box)])) for mask in masks]
    return Steps(tissue=counts[0], enhancing=counts[1], candidates=counts[2], supported=counts[3])


def _caveats(region: Region, report: FtvReport, held: Mask | None) -> Iterator[Caveat]:
    if region.voi is None:
        yield Caveat(CaveatCode.VOI_NONE if held is None else CaveatCode.VOI_BREAST)
    if report.undefined_or_negative_fraction > _NEGATIVE_SHARE:
        yield Caveat(
            CaveatCode.NEGATIVE_SER,
            {
                "voxels": report.undefined_or_negative,
                "fraction": round(report.undefined_or_negative_fraction, 4),
            },
        )
    if report.ftv_voxels == 0:
        yield Caveat(CaveatCode.FTV_EMPTY)
