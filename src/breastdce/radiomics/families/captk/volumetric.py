"""Size of the region (CaPTk family Volumetric)."""

from __future__ import annotations

import math

import numpy as np

from breastdce.core.params import NoParams
from breastdce.radiomics.families._contract import Family, Feature, Values
from breastdce.radiomics.region import Region

_FEATURES = (
    Feature("Pixels", "Number of voxels in the region.", "voxel"),
    Feature("Volume", "Number of voxels in the region times the volume of a voxel.", "mm^3"),
)


def features(params: NoParams) -> tuple[Feature, ...]:
    """Meaning of the two columns."""
    return _FEATURES


def compute(region: Region, params: NoParams) -> Values:
    """Count and volume; both 0, and defined, in an empty region."""
    voxels = int(np.count_nonzero(region.shape_box))
    return {
        "Pixels": float(voxels),
        "Volume": voxels * math.prod(region.grid.spacing_mm),
    }


FAMILY = Family("volumetric", params=NoParams, features=features, compute=compute)
