"""Neighbors of like gray level, distance 1, coarseness 0 (IBSI 1, section 3.11)."""

from __future__ import annotations

import numpy as np

from breastdce.core.codes import Undefined
from breastdce.core.params import Params
from breastdce.radiomics.emphasis import cells
from breastdce.radiomics.families._contract import Family, Feature, Values
from breastdce.radiomics.families.ibsi._aggregation import (
    ALL_SPACES,
    FloatArray,
    Space,
    describe,
    mean_of,
    slices,
    spread,
)
from breastdce.radiomics.families.ibsi._emphasis import meanings, measure
from breastdce.radiomics.levels import Binning, Levels
from breastdce.radiomics.matrices.neighborhood import count_dependence
from breastdce.radiomics.matrices.offsets import IN_PLANE, IN_SPACE, both_ways
from breastdce.radiomics.region import Region

_ALIKE = 0  # coarseness: levels that differ by at most this are alike


class NgldmParams(Params, frozen=True):
    """Gray levels and aggregation."""

    binning: Binning = Binning()
    spaces: tuple[Space, ...] = ALL_SPACES


_MEANINGS = meanings(
    {
        "short": "low_dependence",
        "long": "high_dependence",
        "entry": "dependence_count",
        "entries": "voxels",
        "column": "dependence_count",
    },
    "ngl_lde ngl_hde ngl_lgce ngl_hgce ngl_ldlge ngl_ldhge ngl_hdlge ngl_hdhge ngl_glnu "
    "ngl_glnu_norm ngl_dcnu ngl_dcnu_norm ngl_dc_perc ngl_gl_var ngl_dc_var ngl_dc_entr "
    "ngl_dc_energy",
    "SODN IMOQ TL9H OAE7 EQ3F JA6D NBZI 9QMG FP8K 5SPA Z87G OKJI 6XV8 1PFV DNX2 FCBV CAS9",
)


def features(params: NgldmParams) -> tuple[Feature, ...]:
    """Meaning of the 17 features in each space."""
    return describe(_MEANINGS, params.spaces)


def compute(region: Region, params: NgldmParams) -> Values:
    """Count like neighbors of each voxel, itself included; measure."""
    names = FAMILY.names(params)
    levels = region.levels(params.binning)
    if isinstance(levels, Undefined):
        return dict.fromkeys(names, levels)
    found = [_in_space(levels, space) for space in params.spaces]
    return spread(names, found, Undefined.EMPTY_REGION)


def _in_space(levels: Levels, space: Space) -> FloatArray | None:
    directions = both_ways(IN_SPACE if space == "3D" else IN_PLANE)
    steps = np.array([levels.step(direction) for direction in directions])
    parts = slices(levels) if space == "2D" else [levels.where]
    return mean_of(
        measure(
            cells(count_dependence(levels.flat, where, steps, levels.count, _ALIKE)), where.size
        )
        for where in parts
    )


FAMILY = Family("ngldm", params=NgldmParams, features=features, compute=compute)
