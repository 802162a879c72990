"""What every feature family sees: an image and the region in which it is described."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """An image and a mask on one grid, both at full size: some families look outside the mask.

    Build it with `Region.of`.
    """

    image: Volume
    mask: Mask
    values: NDArray[np.float32]
    """Intensities inside the mask, shape (n,), in memory order (i fastest)."""

    @classmethod
    def of(cls, image: Volume, mask: Mask) -> Region:
        """Collect the voxels of `image` inside `mask`.

        Raises
        ------
        InputError
            GRID_MISMATCH when the grids differ; IMAGE_INVALID when a voxel inside is not finite.
        """
        if not image.grid.matches(mask.grid):
            raise InputError(
                ErrorCode.GRID_MISMATCH,
                evidence={"image": image.grid.describe(), "mask": mask.grid.describe()},
            )
        values = image.data.T[mask.data.T]  # the transposed scan runs i fastest
        bad = values.size - int(np.count_nonzero(np.isfinite(values)))
        if bad:
            raise InputError(
                ErrorCode.IMAGE_INVALID,
                "The image has values inside the mask that are not finite",
                evidence={"voxels": bad, "of": values.size},
                remedy="Replace them, or leave them out of the mask.",
            )
        return cls(image, mask, values)

    @property
    def grid(self) -> Grid:
        """The grid of image and mask."""
        return self.image.grid

    @property
    def size(self) -> int:
        """Voxels inside the mask."""
        return self.values.size
