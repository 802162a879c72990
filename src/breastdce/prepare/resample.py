"""Bring the phases of an exam, and masks, onto the isotropic grid of the data set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode
from breastdce.core.grid import Grid
from breastdce.core.params import Params
from breastdce.core.volume import Mask, Volume
from breastdce.imaging.interpolate import centered_grid
from breastdce.imaging.resample import (
    Edge,
    Interpolation,
    edge_planes,
    isotropic_grid,
    nearest,
    vote,
)

MaskRule = Literal["nearest", "vote"]


class ResampleParams(Params, frozen=True):
    """Which grid and how values are found on it."""

    spacing_mm: Annotated[float, msgspec.Meta(gt=0, le=100)] = 1.0
    """Of the new grid, along every axis."""
    grid: Literal["release", "centered"] = "release"
    """`release`: origin and direction of the source, size round(n spacing / spacing_mm).
    `centered`: center and direction of the source, size ceil(n spacing / spacing_mm), the rule
    of the Image Biomarker Standardisation Initiative; no plane lies outside the image."""
    interpolator: Literal["linear", "bspline"] = "linear"
    """`bspline` is the cubic B-spline through the samples. It overshoots beside steep edges:
    values below 0 occur, which a logarithm or a percent enhancement cannot use."""
    overshoot: Literal["keep", "clip"] = "keep"
    """`clip`: values of a spline beyond the smallest and largest of their source image are set
    to these, which moves the mean."""
    edge: Edge = Edge.ITK
    """`itk`: planes half a voxel or more outside the image are filled as ITK would, with 0 or
    with the edge value as rounding falls. `extend`: always with the edge value."""


@dataclass(frozen=True, slots=True, eq=False)
class Resampled:
    """Phases on one isotropic grid, with the limits to show beside them."""

    phases: tuple[Volume, ...]
    caveats: tuple[Caveat, ...]


def resample(phases: Sequence[Volume], params: ResampleParams) -> Resampled:
    """Resample phases that share a grid.

    GRID_EDGE is the caveat when planes of the new grid lie at or beyond the limit of the image
    and ITK's rule decided on them: `planes` says how many, `zero` how many of them are 0.
    """
    source = phases[0].grid
    target = _target(source, params)
    order: Literal["linear", "cubic"] = "linear" if params.interpolator == "linear" else "cubic"
    interpolate = Interpolation(source, target, order, params.edge)
    moved = tuple(interpolate(phase) for phase in phases)
    if params.overshoot == "clip" and order == "cubic":
        for phase, values in zip(phases, moved, strict=True):
            _clip(values, phase)
    edge = edge_planes(source, target)
    if params.edge is Edge.EXTEND or not edge.planes:
        return Resampled(moved, ())
    detail: dict[str, str | int | float] = {"planes": edge.planes, "zero": edge.zero}
    return Resampled(moved, (Caveat(CaveatCode.GRID_EDGE, detail),))


def resample_mask(
    mask: Mask, target: Grid, edge: Edge = Edge.ITK, rule: MaskRule = "nearest"
) -> Mask:
    """Carry a mask onto the grid of resampled phases.

    Parameters
    ----------
    mask, target
        Grids whose axes run alike.
    edge
        What lies beyond the image; 0 for `ITK`.
    rule
        `nearest`: the nearest voxel, halves round up. `vote`: inside where more than half of the
        trilinear blend is; smoother borders, and small holes and spurs may vanish.

    Raises
    ------
    InputError
        GRID_MISMATCH when the axes of the two grids do not run alike.
    """
    if rule == "nearest":
        return nearest(mask, target, edge)
    return Mask(vote(mask.data.view(np.uint8), mask.grid, target, edge).view(np.bool_), target)


def _target(source: Grid, params: ResampleParams) -> Grid:
    if params.grid == "centered":
        return centered_grid(source, (params.spacing_mm,) * 3)
    return isotropic_grid(source, params.spacing_mm)


def _clip(values: Volume, source: Volume) -> None:
    """Set values beyond the range of their source to its ends, in place."""
    np.clip(values.data, source.data.min(), source.data.max(), out=values.data)


def breasts_on(breasts: Mask, target: Grid) -> NDArray[np.bool_] | None:
    """A mask of the breasts on the grid of resampled phases, bool [i, j, k]; none if it is empty.

    An empty mask says that nobody knows where they are, not that there are none.
    """
    return resample_mask(breasts, target).data if breasts.data.any() else None
