"""Bring a mask onto the grid of its image where both have the same voxels, without resampling.

A mask may be stored with its axes in another order or direction than the image, and programs
round positions: what lies within a tenth of a voxel is the same place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode, ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import FloatArray, Grid

Scalar = TypeVar("Scalar", bound=np.generic)
NEAR_VOXELS = 0.1
"""Corners up to this part of the smallest voxel edge apart are one place."""
SAME_MM = 1e-3
"""Corners up to this far apart are equal but for rounding: not worth a note."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Other axes on the same voxels: axis n is old axis `order[n]`, reversed where `flips[n]`."""

    order: tuple[int, int, int]
    flips: tuple[bool, bool, bool]

    @property
    def is_identity(self) -> bool:
        """Whether nothing changes."""
        return self == Turn((0, 1, 2), (False, False, False))

    def array(self, data: NDArray[Scalar]) -> NDArray[Scalar]:
        """Voxels in the new order, as a view."""
        steps = tuple(slice(None, None, -1 if flip else 1) for flip in self.flips)
        return data.transpose(self.order)[steps]

    def grid(self, grid: Grid) -> Grid:
        """The grid that belongs to `array`."""
        first = [0, 0, 0]
        for axis, flip in zip(self.order, self.flips, strict=True):
            first[axis] = grid.shape[axis] - 1 if flip else 0
        i, j, k = self.order
        signs = np.where(self.flips, -1.0, 1.0)
        return Grid(
            shape=(grid.shape[i], grid.shape[j], grid.shape[k]),
            spacing_mm=(grid.spacing_mm[i], grid.spacing_mm[j], grid.spacing_mm[k]),
            direction=grid.direction[:, self.order] * signs,
            origin_mm=tuple((grid.affine @ [*first, 1.0])[:3].tolist()),
        )


@dataclass(frozen=True, slots=True)
class Fit:
    """How data of one grid become data of another that has the same voxels."""

    turn: Turn
    apart_mm: float
    """Largest difference of a coordinate between corresponding corners, after the turn."""

    def caveats(self) -> tuple[Caveat, ...]:
        """What must be said beside results."""
        notes: list[Caveat] = []
        if not self.turn.is_identity:
            axes = " ".join(
                f"{'-' if flip else '+'}{'ijk'[axis]}"
                for axis, flip in zip(self.turn.order, self.turn.flips, strict=True)
            )
            notes.append(Caveat(CaveatCode.GEOMETRY_REORIENTED, {"axes": axes}))
        if self.apart_mm > SAME_MM:
            apart = float(f"{self.apart_mm:.3g}")
            notes.append(Caveat(CaveatCode.GEOMETRY_NEAR, {"apart_mm": apart}))
        return tuple(notes)


def turn_towards(direction: FloatArray, target: FloatArray) -> Turn | None:
    """Order and direction of axes that runs most like another's.

    Parameters
    ----------
    direction, target
        3 x 3, columns are unit vectors of i, j, k in one world.

    Returns
    -------
    Turn
        None where two axes of the target run most like the same axis.
    """
    cosines = target.T @ direction  # row: target axis, column: own axis
    order = np.abs(cosines).argmax(axis=1)
    if len(set(order.tolist())) != 3:
        return None
    flips = cosines[np.arange(3), order] < 0
    return Turn(
        (int(order[0]), int(order[1]), int(order[2])),
        (bool(flips[0]), bool(flips[1]), bool(flips[2])),
    )


def fit(source: Grid, target: Grid) -> Fit:
    """Find how data on `source` become data on `target`, voxel by voxel.

    Raises
    ------
    InputError
        GRID_MISMATCH, with both geometries, when the voxels are not the same: corners further
        apart than a tenth of the smallest voxel edge.
    """
    turn = turn_towards(source.direction, target.direction)
    if turn is not None:
        turned = source if turn.is_identity else turn.grid(source)
        apart = turned.apart_mm(target)
        if apart <= max(NEAR_VOXELS * min(target.spacing_mm), SAME_MM):
            return Fit(turn, apart)
    raise InputError(
        ErrorCode.GRID_MISMATCH,
        evidence={"image": target.describe(), "mask": source.describe()},
    )
