"""Distances of zones of equal gray level from the edge of the region (IBSI 1, section 3.9)."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Undefined
from breastdce.core.params import Params
from breastdce.radiomics.families._contract import Family, Feature, Values
from breastdce.radiomics.families.ibsi._aggregation import ALL_SPACES, Space, describe, spread
from breastdce.radiomics.families.ibsi._emphasis import meanings
from breastdce.radiomics.families.ibsi._zones import Zones, over_spaces
from breastdce.radiomics.levels import Binning, Levels
from breastdce.radiomics.matrices.depth import depth_in_steps
from breastdce.radiomics.region import Region


class GldzmParams(Params, frozen=True):
    """Gray levels and aggregation."""

    binning: Binning = Binning()
    spaces: tuple[Space, ...] = ALL_SPACES


_MEANINGS = meanings(
    {
        "short": "small_distance",
        "long": "large_distance",
        "entry": "zone",
        "entries": "zones",
        "column": "zone_distance",
    },
    "dzm_sde dzm_lde dzm_lgze dzm_hgze dzm_sdlge dzm_sdhge dzm_ldlge dzm_ldhge dzm_glnu "
    "dzm_glnu_norm dzm_zdnu dzm_zdnu_norm dzm_z_perc dzm_gl_var dzm_zd_var dzm_zd_entr",
    "0GBI MB4I S1RA K26C RUVG DKNJ A7WM KLTH VFT7 7HP3 V294 IATH VIWW QK93 7WT1 GBDU",
)


def features(params: GldzmParams) -> tuple[Feature, ...]:
    """Meaning of the 16 features in each space."""
    return describe(_MEANINGS, params.spaces)


def compute(region: Region, params: GldzmParams) -> Values:
    """Find zones in the intensity mask, and their least depth in the shape mask; measure."""
    names = FAMILY.names(params)
    levels = region.levels(params.binning)
    if isinstance(levels, Undefined):
        return dict.fromkeys(names, levels)
    rows = over_spaces(levels, partial(_distances, region, levels), params.spaces)
    found = [None if row is None else row[: len(_MEANINGS)] for row in rows]
    return spread(names, found, Undefined.EMPTY_REGION)


def _distances(region: Region, levels: Levels, zones: Zones, in_plane: bool) -> NDArray[np.int64]:
    """Least number of steps from a voxel of each zone out of the shape mask."""
    depth = depth_in_steps(np.pad(region.shape_box, levels.margin), in_plane)
    of_voxels = depth.ravel(order="F")[levels.where].astype(np.int64)
    least = np.full(zones.level.size, of_voxels.max())
    np.minimum.at(least, zones.number, of_voxels)
    return least


FAMILY = Family("gldzm", params=GldzmParams, features=features, compute=compute)
