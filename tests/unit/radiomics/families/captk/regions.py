"""Small regions for the captk families."""

from __future__ import annotations

import numpy as np

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.radiomics.region import Region


def region_of(voxels, inside, spacing=(1.0, 1.0, 1.0)) -> Region:
    """Region of arrays indexed [i, j, k]."""
    data = np.asfortranarray(voxels, dtype=np.float32)
    grid = Grid(data.shape, spacing, np.eye(3), (0.0, 0.0, 0.0))
    return Region.of(Volume(data, grid), Mask(np.asfortranarray(inside, dtype=bool), grid))


def row_of(*values) -> Region:
    """A region that is a row of voxels along i."""
    voxels = np.reshape(values, (-1, 1, 1))
    return region_of(voxels, np.ones_like(voxels, dtype=bool))
