"""Sizes of zones of equal gray level (IBSI 1, section 3.8)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Undefined
from breastdce.core.params import Params
from breastdce.radiomics.families._contract import Family, Feature, Values
from breastdce.radiomics.families.ibsi._aggregation import ALL_SPACES, Space, describe, spread
from breastdce.radiomics.families.ibsi._emphasis import meanings
from breastdce.radiomics.families.ibsi._zones import Zones, over_spaces
from breastdce.radiomics.levels import Binning
from breastdce.radiomics.region import Region


class GlszmParams(Params, frozen=True):
    """Gray levels and aggregation."""

    binning: Binning = Binning()
    spaces: tuple[Space, ...] = ALL_SPACES


_MEANINGS = meanings(
    {
        "short": "small_zone",
        "long": "large_zone",
        "entry": "zone",
        "entries": "zones",
        "column": "zone_size",
    },
    "szm_sze szm_lze szm_lgze szm_hgze szm_szlge szm_szhge szm_lzlge szm_lzhge szm_glnu "
    "szm_glnu_norm szm_zsnu szm_zsnu_norm szm_z_perc szm_gl_var szm_zs_var szm_zs_entr",
    "5QRC 48P8 XMSY 5GN9 5RAI HW1V YH51 J17V JNSA Y1RO 4JP3 VB3A P30P BYLV 3NSA GU8N",
)


def features(params: GlszmParams) -> tuple[Feature, ...]:
    """Meaning of the 16 features in each space."""
    return describe(_MEANINGS, params.spaces)


def compute(region: Region, params: GlszmParams) -> Values:
    """Find zones, count their voxels, measure."""
    names = FAMILY.names(params)
    levels = region.levels(params.binning)
    if isinstance(levels, Undefined):
        return dict.fromkeys(names, levels)
    rows = over_spaces(levels, _sizes, params.spaces)
    found = [None if row is None else row[: len(_MEANINGS)] for row in rows]
    return spread(names, found, Undefined.EMPTY_REGION)


def _sizes(zones: Zones, in_plane: bool) -> NDArray[np.int64]:
    return np.bincount(zones.number)


FAMILY = Family("glszm", params=GlszmParams, features=features, compute=compute)
