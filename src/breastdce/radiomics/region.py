"""What every feature family sees: an image and the region in which it is described."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import ErrorCode, Undefined
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid, Window
from breastdce.core.volume import Mask, Volume
from breastdce.imaging.box import bounding_box
from breastdce.radiomics.levels import Binning, Levels, discretize

_MARGIN = 1  # voxels: textures look at nearest neighbors only


@dataclass(frozen=True, eq=False)
class Region:
    """An image with two masks on one grid, all at full size: some features look outside.

    Build it with `Region.of`, or with `processing.prepare` for IBSI's image processing.
    """

    image: Volume
    mask: Mask
    """Where intensities are described: after resegmentation, finite voxels only."""
    shape: Mask
    """Where shape is described: before resegmentation; the same as `mask` where there is none."""
    limits: tuple[float, float] = (-math.inf, math.inf)
    """Intensity range of the mask as it was asked for, in units of the image; infinite is open."""
    _levels: dict[Binning, Levels | Undefined] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @classmethod
    def of(cls, image: Volume, mask: Mask) -> Region:
        """Describe `image` inside `mask`; voxels that are not finite are described in shape only.

        Raises
        ------
        InputError
            GRID_MISMATCH when the grids differ.
        """
        if not image.grid.matches(mask.grid):
            raise InputError(
                ErrorCode.GRID_MISMATCH,
                evidence={"image": image.grid.describe(), "mask": mask.grid.describe()},
            )
        region = cls(image, mask, mask)
        if np.isfinite(region.values).all():
            return region
        finite = Mask(mask.data & np.isfinite(image.data), mask.grid)
        return cls(image, finite, mask)

    @property
    def grid(self) -> Grid:
        """The grid of image and masks."""
        return self.image.grid

    @property
    def size(self) -> int:
        """Voxels inside the intensity mask."""
        return self.values.size

    @property
    def left_out(self) -> int:
        """Voxels of the shape that have no place in the intensity mask."""
        return int(np.count_nonzero(self.shape_box)) - self.size

    @cached_property
    def box(self) -> Window:
        """Smallest box around the shape mask; empty slices for an empty mask."""
        return bounding_box(self.shape.data)

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """The intensity mask on the box, Fortran order."""
        return np.asfortranarray(self.mask.data[self.box])

    @cached_property
    def shape_box(self) -> NDArray[np.bool_]:
        """The shape mask on the box, Fortran order."""
        return np.asfortranarray(self.shape.data[self.box])

    @cached_property
    def values(self) -> NDArray[np.float32]:
        """Intensities inside the intensity mask, shape (n,), in memory order (i fastest)."""
        return self.image.data[self.box].T[self.inside.T]

    def levels(self, binning: Binning) -> Levels | Undefined:
        """Gray levels, made once per binning, or why there are none: see `discretize`."""
        with self._lock:  # families run side by side and ask for the same levels
            if binning not in self._levels:
                self._levels[binning] = self._make_levels(binning)
            return self._levels[binning]

    def _make_levels(self, binning: Binning) -> Levels | Undefined:
        found = discretize(self.values, binning, self.limits[0])
        if isinstance(found, Undefined):
            return found
        return on_box(self.inside, *found, _MARGIN)


def on_box(
    inside: NDArray[np.bool_], levels: NDArray[np.integer], count: int, margin: int
) -> Levels:
    """Lay levels (shape (n,), i fastest) out on the box of `inside` with a margin around it."""
    padded = np.pad(inside, margin)  # keeps Fortran order
    where = np.flatnonzero(padded.ravel(order="F"))
    box = np.zeros(padded.shape, np.uint16, order="F")
    values = levels.astype(np.uint16)
    box.ravel(order="F")[where] = values
    return Levels(box, where, values, count, margin)
