"""Boxes where a lesion may be, for an exam that nobody drew a region for; ranked, to be checked."""

from __future__ import annotations

import math
from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.exam import Box, Triple
from breastdce.core.grid import Grid
from breastdce.core.params import Params
from breastdce.core.volume import Mask
from breastdce.imaging.box import bounding_box
from breastdce.kinetics.enhancement import percent_values, ratio_values
from breastdce.kinetics.ftv import has_neighbors
from breastdce.kinetics.thresholds import background_inside

BoolImage = NDArray[np.bool_]
FloatImage = NDArray[np.float32]
Window = tuple[slice, slice, slice]
_SER_TOP = 3.0


class ProposalParams(Params, frozen=True):
    """Which enhancement makes a candidate, and how candidates are ranked."""

    pe_percent: Annotated[float, msgspec.Meta(gt=0)] = 70.0
    """Least early enhancement, in percent, as for FTV."""
    min_neighbors: Annotated[int, msgspec.Meta(ge=0, le=26)] = 4
    """Candidates that must be among a voxel's 26 neighbors."""
    background_percent: Annotated[float, msgspec.Meta(ge=0, le=100)] = 60.0
    """Share of the 95th percentile of pre-contrast signal in the breasts that makes tissue."""
    border_mm: Annotated[float, msgspec.Meta(ge=0)] = 4.0
    """Skin, nipple and chest wall: so much of the mask's border is left out."""
    dense_mm: Annotated[float, msgspec.Meta(gt=0)] = 3.0
    """SD of the Gaussian within which the share of enhancing voxels is taken."""
    dense_share: Annotated[float, msgspec.Meta(gt=0, lt=1)] = 0.35
    """Least such share: a vessel of 3 mm stays below it, a mass of 8 mm lies above."""
    join_mm: Annotated[float, msgspec.Meta(ge=0)] = 10.0
    """Dense parts at most so far apart are one lesion."""
    least_ml: Annotated[float, msgspec.Meta(ge=0)] = 0.1
    """A proposal has at least so much enhancing volume."""
    margin_mm: Annotated[float, msgspec.Meta(ge=0)] = 8.0
    """Added to the bounds of a lesion on every side."""
    most: Annotated[int, msgspec.Meta(ge=1)] = 5
    """Proposals that are kept."""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What the score of a proposal is the product of."""

    size: float
    """Enhancing volume in mL to the power of 2/3: as a surface, so that a diffuse large part does
    not outdo a mass by its volume alone."""
    compact: float
    """Mean share of enhancing voxels around those of the part, 0 to 1."""
    enhancement: float
    """Median early enhancement over twice its threshold, at most 1."""
    washout: float
    """Half, and half the share of voxels with SER of at least 0.9."""
    alone: float
    """One less half the share of its mirror image, in the other breast, that enhances too."""


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """One box, in voxel indices of the native grid, first and last inside."""

    box: Box
    side: str
    """R or L, by the side of the sternum."""
    ml: float
    """Enhancing volume of the lesion inside."""
    score: float
    terms: Terms


def propose(
    phases: Triple, breast: Mask, middle_mm: float, params: ProposalParams
) -> tuple[Proposal, ...]:
    """Propose boxes around enhancing lesions, the likeliest first.

    Parameters
    ----------
    phases
        Raw signal, pre-contrast, early and late, float32 [i, j, k].
    breast
        Mask of the breasts on the same grid.
    middle_mm
        x of the sternum, RAS+, which parts right from left.
    params
        Thresholds as for FTV, and sizes in mm.

    Returns
    -------
    tuple of Proposal
        At most `params.most`, by falling score; empty when nothing dense enhances.

    Notes
    -----
    Enhancing voxels are those of the FTV inside the mask without its border. Where they lie
    dense, they make parts: vessels and speckle do not. Parts near each other are joined.
    Parts are ranked by a product of plain terms (`Terms`); nothing in it was learned. A box is
    no finding: background enhancement, vessels that meet, and lymph nodes are proposed as well.
    """
    bounds = bounding_box(breast.data)
    if not bounds[0].stop:
        return ()
    where = _with_rim(bounds)
    grid, inside = breast.grid, _without_border(breast.data[where], breast.grid, params.border_mm)
    pre, early, late = (np.asfortranarray(phase.data[where]) for phase in phases)
    least = background_inside(phases.pre, breast, params.background_percent)
    percent = percent_values(pre, early)
    candidates = inside & (pre >= least) & (percent >= params.pe_percent) & (late > pre)
    candidates &= has_neighbors(candidates, params.min_neighbors)
    density = _density(candidates, grid, params.dense_mm)
    labels, count = _parts(density >= params.dense_share, grid, params.join_mm)
    mirrored = _mirrored(density, grid, where, middle_mm)
    found = []
    for label in range(1, count + 1):
        here = (labels == label) & candidates & (density >= params.dense_share / 2)
        ml = int(np.count_nonzero(here)) * grid.voxel_ml
        if ml < params.least_ml:
            continue
        terms = Terms(
            size=ml ** (2 / 3),
            compact=float(density[here].mean()),
            enhancement=min(float(np.median(percent[here])) / (2 * params.pe_percent), 1.0),
            washout=_washout(pre[here], early[here], late[here]),
            alone=1.0 - 0.5 * float((mirrored[here] >= params.dense_share).mean()),
        )
        box = _box(here, where, grid, params.margin_mm)
        found.append(
            Proposal(
                box=box,
                side="R" if _center_x(box, grid) >= middle_mm else "L",
                ml=ml,
                score=math.prod(msgspec.structs.astuple(terms)),
                terms=terms,
            )
        )
    found.sort(key=lambda one: (-one.score, one.box.first))
    return tuple(found[: params.most])


def _box(here: BoolImage, where: Window, grid: Grid, margin_mm: float) -> Box:
    """Bounds of a part with a margin, clipped to the grid; `where` is its window in the grid."""
    first, last = [], []
    for axis, span in enumerate(bounding_box(here) if here.any() else where):
        margin = math.ceil(margin_mm / grid.spacing_mm[axis] - 1e-6)
        first.append(max(0, where[axis].start + span.start - margin))
        last.append(min(grid.shape[axis], where[axis].start + span.stop + margin) - 1)
    return Box((first[0], first[1], first[2]), (last[0], last[1], last[2]))


def _center_x(box: Box, grid: Grid) -> float:
    center = [(a + b) / 2 for a, b in zip(box.first, box.last, strict=True)]
    return float((grid.affine @ [*center, 1.0])[0])


def _with_rim(window: Window) -> Window:
    """One voxel more on every side, so that the border of a mask is seen; the grid cuts it."""
    i, j, k = (slice(max(0, span.start - 1), span.stop + 1) for span in window)
    return i, j, k


def _without_border(mask: BoolImage, grid: Grid, border_mm: float) -> BoolImage:
    """Erode by a box; where the images end, the breast is taken to go on."""
    from scipy import ndimage

    inside = mask.view(np.uint8)
    for axis, spacing in enumerate(grid.spacing_mm):
        reach = round(border_mm / spacing)
        if reach:
            inside = ndimage.minimum_filter1d(inside, 2 * reach + 1, axis=axis, mode="nearest")
    return np.asarray(inside > 0)


def _density(candidates: BoolImage, grid: Grid, sd_mm: float) -> FloatImage:
    """Share of enhancing voxels near each voxel."""
    from scipy import ndimage

    sigma = [sd_mm / spacing for spacing in grid.spacing_mm]
    share = candidates.astype(np.float32)
    return np.asarray(ndimage.gaussian_filter(share, sigma, mode="nearest", truncate=2.0))


def _parts(dense: BoolImage, grid: Grid, join_mm: float) -> tuple[NDArray[np.int32], int]:
    """Label parts; those whose boxes of half `join_mm` more on each side meet are one."""
    from scipy import ndimage

    grown = dense.view(np.uint8)
    for axis, spacing in enumerate(grid.spacing_mm):
        reach = round(join_mm / 2 / spacing)
        if reach:
            grown = ndimage.maximum_filter1d(grown, 2 * reach + 1, axis=axis, mode="constant")
    labels, count = ndimage.label(grown, structure=np.ones((3, 3, 3)))
    return np.asarray(labels, np.int32), int(count)


def _mirrored(density: FloatImage, grid: Grid, where: Window, middle_mm: float) -> FloatImage:
    """Density at the place mirrored at the sternum; 0 where the images do not show it."""
    axis = int(np.abs(grid.direction[0]).argmax())
    step = grid.direction[0, axis] * grid.spacing_mm[axis]
    corner = [w.start for w in where]
    start = float((grid.affine @ [*corner, 1.0])[0])
    size = density.shape[axis]
    place = start + step * np.arange(size)
    other = np.rint((2 * middle_mm - place - start) / step).astype(np.int64)
    seen = (other >= 0) & (other < size)
    mirrored = np.take(density, np.clip(other, 0, size - 1), axis=axis)
    shape = [1, 1, 1]
    shape[axis] = size
    return np.asarray(np.where(seen.reshape(shape), mirrored, np.float32(0)))


def _washout(pre: FloatImage, early: FloatImage, late: FloatImage) -> float:
    ser = np.minimum(ratio_values(pre, early, late), np.float32(_SER_TOP))
    return 0.5 + 0.5 * float((ser >= np.float32(0.9)).mean())
