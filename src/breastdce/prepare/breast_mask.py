"""Where the breasts are in a pre-contrast image, without a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode
from breastdce.core.params import Params
from breastdce.core.volume import Mask, Volume
from breastdce.imaging.anatomical import Anatomical, coarse_view
from breastdce.prepare.body_surface import BodySurface, body_surface, nearest_lines, refine_front
from breastdce.prepare.chest_wall import ChestWall, ChestWallParams, find_chest_wall

FloatArray = NDArray[np.float64]
BoolImage = NDArray[np.bool_]

_FURROW_MM = 5.0  # how flat the ground of the furrow between the breasts may be
_NEAR = 0.6  # of the half width of the thorax: lines beside the breasts where trunk may show
_SKIN_MM = 5.0  # a surface so near to the muscle is the muscle itself: the skin was missed
_LEAST_SHARE = 0.05
_TRUNK_SHARE = 0.4
_OFF_CENTER_MM = 45.0  # how far the sternum may lie from the middle of the body


class BreastParams(Params, frozen=True):
    """How the breasts are told from the rest of the body."""

    block_mm: Annotated[float, msgspec.Meta(gt=0, le=8)] = 3.0
    """Blocks that the search works on."""
    bilateral_mm: Annotated[float, msgspec.Meta(gt=0)] = 220.0
    """Images at least so wide from left to right show both breasts."""
    layer_mm: Annotated[float, msgspec.Meta(ge=0)] = 20.0
    """Tissue before the muscle where there is no breast, if the images show no such place."""
    most_layer_mm: Annotated[float, msgspec.Meta(ge=0)] = 28.0
    """More than this is breast."""
    least_rise_mm: Annotated[float, msgspec.Meta(ge=0)] = 10.0
    """A breast rises at least so far above that layer."""
    lateral_mm: Annotated[float, msgspec.Meta(gt=0)] = 30.0
    """At the sides the mask ends so far behind the front of the chest wall."""
    least_ml: Annotated[float, msgspec.Meta(ge=0)] = 100.0
    """A breast of less is doubtful."""
    most_ml: Annotated[float, msgspec.Meta(gt=0)] = 3000.0
    """A breast of more is doubtful."""
    most_sunk: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.25
    """Share of lines with the skin at or behind the muscle above which the wall is doubtful."""
    least_step: Annotated[float, msgspec.Meta(ge=0)] = 0.03
    """Fall of the logarithm of signal at the thorax below which its place is doubtful."""
    wall: ChestWallParams = ChestWallParams()
    """How the chest wall is found."""


class BreastSide(msgspec.Struct, frozen=True, kw_only=True):
    """One breast as far as the images show it."""

    side: str
    """R or L."""
    ml: float
    depth_mm: float
    """From the chest wall to the tip."""


class BreastReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was found; positions in RAS+ mm."""

    sides: tuple[BreastSide, ...]
    middle_mm: float
    """x that parts right from left: the sternum."""
    middle_seen: bool
    """Whether the images show it."""
    wall_front_mm: float
    """y of the frontmost point of the chest wall."""
    wall_half_width_mm: float
    wall_step: float
    """Fall of the logarithm of signal at the inner surface of the thorax."""
    lung_seen: bool
    """Whether it leads into lung; else the wall was placed by the front of the ribs."""
    sunk: float
    """Share of lines where the skin lies at the muscle or behind it, which no chest has."""
    threshold: float
    """Signal that splits air and tissue."""


@dataclass(frozen=True, slots=True, eq=False)
class BreastMask:
    """Mask of both breasts with what is known of it."""

    mask: Mask
    report: BreastReport
    caveats: tuple[Caveat, ...]


def breast_mask(pre: Volume, params: BreastParams) -> BreastMask:
    """Mask the breasts in front of the chest wall, skin included.

    Parameters
    ----------
    pre
        Raw pre-contrast signal after the modality LUT, float32 [i, j, k], RAS+; the patient prone.
    params
        Sizes in mm and the bounds of what is plausible.

    Returns
    -------
    BreastMask
        Bool [i, j, k] on the grid of `pre`; BREAST_MASK_DOUBTFUL when a volume is implausible,
        the thorax was not seen, or the skin lies behind the wall. An empty mask is a result
        too, a doubtful one.

    Notes
    -----
    Along each line from back to front the mask runs from the chest wall (`chest_wall`) to the
    skin (`body_surface`). Lines belong to a breast where tissue in front of the wall is thicker
    than the layer that covers the rest of the chest. Parts of the axillary tail that do not
    rise are left out; folds count as breast.
    """
    surface = body_surface(coarse_view(pre, params.block_mm))
    middle, seen = _middle(surface, params)
    wall = find_chest_wall(surface, middle, _frontmost(surface, middle, seen, params), params.wall)
    body = Anatomical.of(pre.grid)
    shape = np.asarray(pre.grid.shape)[list(body.order)]
    x, y, z = (body.first_mm[a] + body.step_mm[a] * np.arange(shape[a]) for a in range(3))
    front = refine_front(pre, surface)
    back = np.maximum(wall.at(x, z), wall.front_mm - params.lateral_mm)
    heights = np.where(np.isfinite(front), front - back, 0.0)
    layer, sunk = _layer(front, wall, x, z, params)
    trunk = wall.at(x, z, layer)
    rises = front - np.maximum(wall.at(x, z, layer + params.least_rise_mm), wall.front_mm)
    outlines = _outlines(rises, x, middle if seen else None)
    mask = np.zeros(pre.grid.shape, np.bool_, order="F")
    view = np.asarray(body.view(mask), np.bool_)  # no copy
    base = np.logical_or.reduce([*outlines.values(), np.zeros_like(heights, np.bool_)])
    _fill(view, y, np.where(base, back, np.inf), front)
    _leave_folds(view, y, surface, nearest_lines(body, surface.signal, view.shape), trunk)
    filled = np.count_nonzero(view, axis=1)
    sides = tuple(
        BreastSide(
            side=side,
            ml=float(filled[outline].sum()) * pre.grid.voxel_ml,
            depth_mm=float(heights[outline].max()),
        )
        for side, outline in outlines.items()
    )
    report = BreastReport(
        sides=sides,
        middle_mm=middle,
        middle_seen=seen,
        wall_front_mm=wall.front_mm,
        wall_half_width_mm=wall.half_width_mm,
        wall_step=wall.step,
        lung_seen=wall.lung_seen,
        sunk=sunk,
        threshold=surface.threshold,
    )
    return BreastMask(Mask(mask, pre.grid), report, _caveats(report, params))


def _middle(surface: BodySurface, params: BreastParams) -> tuple[float, bool]:
    """X of the sternum, and whether the images show it: the furrow between two breasts."""
    x = surface.signal.along(0)
    if x[-1] - x[0] < params.bilateral_mm:
        return 0.0, False  # the scanner's own middle, where the patient was centered
    lines = np.where(np.isnan(surface.front_mm), surface.signal.first_mm[1], surface.front_mm)
    profile = np.quantile(lines, 0.7, axis=1)
    seen = np.flatnonzero(profile > surface.signal.first_mm[1] + surface.signal.step_mm[1])
    if seen.size == 0:
        return 0.0, False
    center = (x[seen[0]] + x[seen[-1]]) / 2
    near = np.abs(x - center) <= _OFF_CENTER_MM
    low = near & (profile <= profile[near].min() + _FURROW_MM)
    return float(x[low].mean()), True


def _frontmost(surface: BodySurface, middle: float, seen: bool, params: BreastParams) -> float:
    """The y behind which the inside of the thorax lies."""
    front = surface.front_mm[np.isfinite(surface.front_mm)]
    if front.size == 0:
        return float(surface.signal.first_mm[1])
    tip = float(np.quantile(front, 0.99)) - params.wall.least_breast_mm
    if not seen:
        return tip
    x = surface.signal.along(0)
    furrow = surface.front_mm[np.argmin(np.abs(x - middle))]
    low = float(np.nanquantile(furrow, 0.5)) if np.isfinite(furrow).any() else tip
    return min(tip, low)


def _layer(
    front: FloatArray, wall: ChestWall, x: FloatArray, z: FloatArray, params: BreastParams
) -> tuple[float, float]:
    """Tissue before the muscle where there is no breast, in mm: the least that is shown.

    And the share of lines where there is none at all.
    """
    near = np.abs(x - wall.middle_mm) < _NEAR * wall.half_width_mm
    back, usual = (wall.at(x[near], z, before) for before in (0.0, params.layer_mm))
    depth = params.layer_mm * (front[near] - back) / (usual - back)
    depth = depth[np.isfinite(depth)]
    sunk = float((depth <= _SKIN_MM).mean()) if depth.size else 0.0
    depth = depth[depth > _SKIN_MM]
    if depth.size == 0:
        return params.layer_mm, sunk
    trunk = depth[depth < np.quantile(depth, _LEAST_SHARE) + params.least_rise_mm]
    shown = float(np.quantile(trunk, _TRUNK_SHARE)) if trunk.size else np.inf
    return (shown if shown <= params.most_layer_mm else params.layer_mm), sunk


def _outlines(rises: FloatArray, x: FloatArray, middle: float | None) -> dict[str, BoolImage]:
    """Lines of each breast, indexed [x, z]: those that rise, in one piece with the tip.

    Where no furrow parts them, all is one breast; a little of it may lie beyond the sternum.
    """
    from scipy import ndimage

    if middle is None:
        lines = (rises > 0).sum(axis=1)
        right = float(lines @ x) >= 0
        parts = {"R" if right else "L": np.ones_like(x, np.bool_)}
    else:
        parts = {"R": x >= middle, "L": x < middle}
    found = {}
    for side, here in parts.items():
        labels, count = ndimage.label(here[:, None] & (rises > 0))
        if count == 0:
            continue
        largest = labels == 1 + np.argmax(np.bincount(labels.ravel())[1:])
        found[side] = np.asarray(ndimage.binary_fill_holes(largest))
    return found


def _fill(view: BoolImage, y: FloatArray, back: FloatArray, front: FloatArray) -> None:
    for index in range(view.shape[1]):
        view[:, index] = (y[index] >= back) & (y[index] <= front)


def _leave_folds(
    view: BoolImage,
    y: FloatArray,
    surface: BodySurface,
    lines: tuple[NDArray[np.int64], NDArray[np.int64]],
    trunk: FloatArray,
) -> None:
    """Take air in folds out: a fold lies before the skin of the trunk."""
    first, step = surface.signal.first_mm[1], surface.signal.step_mm[1]
    blocks = np.clip(np.rint((y - first) / step), 0, surface.folds.shape[1] - 1).astype(np.int64)
    for index, block in enumerate(blocks):
        plane = surface.folds[:, block]
        if plane.any():
            view[:, index] &= ~(plane[lines] & (y[index] > trunk))


def _caveats(report: BreastReport, params: BreastParams) -> tuple[Caveat, ...]:
    odd = [s for s in report.sides if not params.least_ml <= s.ml <= params.most_ml]
    wall_found = report.lung_seen and report.wall_step >= params.least_step
    wall_found = wall_found and report.sunk <= params.most_sunk
    if report.sides and not odd and wall_found:
        return ()
    detail: dict[str, str | int | float] = {f"ml_{s.side}": round(s.ml, 1) for s in odd}
    return (
        Caveat(
            CaveatCode.BREAST_MASK_DOUBTFUL,
            {
                **detail,
                "sides": len(report.sides),
                "wall_step": round(report.wall_step, 4),
                "lung_seen": int(report.lung_seen),
                "sunk": round(report.sunk, 4),
            },
        ),
    )
