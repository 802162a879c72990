"""Images and masks on a grid. Two types, so that they cannot be mixed up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid


def _check_shape(shape: tuple[int, ...], grid: Grid) -> None:
    if shape != grid.shape:
        raise InputError(
            ErrorCode.GRID_MISMATCH,
            "Array and grid differ in shape",
            evidence={"array": shape, "grid": grid.shape},
            remedy="Pass data indexed [i, j, k]; ITK arrays are [k, j, i] and need `.T`.",
        )


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """A scalar image, indexed [i, j, k], float32, Fortran order (the bytes of NIfTI and ITK)."""

    data: NDArray[np.float32]
    grid: Grid

    def __post_init__(self) -> None:
        _check_shape(self.data.shape, self.grid)

    def with_data(self, data: NDArray[np.float32]) -> Self:
        """Return the same grid with other intensities."""
        return replace(self, data=data)


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """A region, indexed [i, j, k], bool."""

    data: NDArray[np.bool_]
    grid: Grid

    def __post_init__(self) -> None:
        _check_shape(self.data.shape, self.grid)

    @property
    def volume_ml(self) -> float:
        """Voxel count times voxel volume, in mL."""
        return int(np.count_nonzero(self.data)) * self.grid.voxel_ml
