"""Bring the phases of an exam, and masks, onto the isotropic grid of the data set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode
from breastdce.core.grid import Grid
from breastdce.core.params import Params
from breastdce.core.volume import Mask, Volume
from breastdce.imaging import itk
from breastdce.imaging.resample import (
    Edge,
    edge_planes,
    extend_last,
    isotropic_grid,
    linear,
    nearest,
)


class ResampleParams(Params, frozen=True):
    """Which grid and how values are found on it.

    The grid keeps origin and direction of the source; its size is round(n spacing / spacing_mm).
    """

    spacing_mm: Annotated[float, msgspec.Meta(gt=0, le=100)] = 1.0
    interpolator: Literal["linear", "bspline"] = "linear"
    """`bspline` overshoots at edges: values below the image's smallest occur."""
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
    target = isotropic_grid(source, params.spacing_mm)
    moved = tuple(_interpolate(phase, target, params) for phase in phases)
    edge = edge_planes(source, target)
    if params.edge is Edge.EXTEND or not edge.planes:
        return Resampled(moved, ())
    detail: dict[str, str | int | float] = {"planes": edge.planes, "zero": edge.zero}
    return Resampled(moved, (Caveat(CaveatCode.GRID_EDGE, detail),))


def resample_mask(mask: Mask, target: Grid, edge: Edge = Edge.ITK) -> Mask:
    """Carry a mask onto the grid of resampled phases: the nearest voxel, halves round up.

    Raises
    ------
    InputError
        GRID_MISMATCH when the axes of the two grids do not run alike.
    """
    return nearest(mask, target, edge)


def _interpolate(phase: Volume, target: Grid, params: ResampleParams) -> Volume:
    if params.interpolator == "linear":
        return linear(phase, target, params.edge)
    with itk.threads(1):
        moved = itk.resample(phase, target, itk.Interpolator.BSPLINE)
    return extend_last(moved, phase.grid) if params.edge is Edge.EXTEND else moved
