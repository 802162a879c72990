"""Runs of equal gray level along a direction (IBSI 1, section 3.7)."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Undefined
from breastdce.core.params import Params
from breastdce.radiomics.emphasis import cells
from breastdce.radiomics.families._contract import Family, Feature, Values
from breastdce.radiomics.families.ibsi._aggregation import (
    ALL_DIRECTIONS,
    Counts,
    Direction,
    FloatArray,
    Merged,
    describe,
    over_directions,
    spread,
)
from breastdce.radiomics.families.ibsi._emphasis import meanings, measure
from breastdce.radiomics.levels import Binning, Levels
from breastdce.radiomics.matrices.run_length import count_runs
from breastdce.radiomics.region import Region


class GlrlmParams(Params, frozen=True):
    """Gray levels and aggregation."""

    binning: Binning = Binning()
    directions: tuple[Direction, ...] = ALL_DIRECTIONS


_MEANINGS = meanings(
    {
        "short": "short_run",
        "long": "long_run",
        "entry": "run",
        "entries": "runs",
        "column": "run_length",
    },
    "rlm_sre rlm_lre rlm_lgre rlm_hgre rlm_srlge rlm_srhge rlm_lrlge rlm_lrhge rlm_glnu "
    "rlm_glnu_norm rlm_rlnu rlm_rlnu_norm rlm_r_perc rlm_gl_var rlm_rl_var rlm_rl_entr",
    "22OV W4KF V3SW G3QZ HTZT GD3A IVPO 3KUM R5YN OVBL W92Y IC23 9ZK5 8CE5 SXLW HJ9O",
)


def features(params: GlrlmParams) -> tuple[Feature, ...]:
    """Meaning of the 16 features in each aggregation."""
    return describe(_MEANINGS, params.directions)


def compute(region: Region, params: GlrlmParams) -> Values:
    """Count runs per direction, merge, measure, average."""
    names = FAMILY.names(params)
    levels = region.levels(params.binning)
    if isinstance(levels, Undefined):
        return dict.fromkeys(names, levels)
    found = over_directions(levels, partial(_count, levels), _measure, params.directions)
    return spread(names, found, Undefined.EMPTY_REGION)


def _count(levels: Levels, where: NDArray[np.int64], step: int) -> Counts:
    return count_runs(levels.flat, where, step, levels.count, max(levels.box.shape))


def _measure(matrix: Merged) -> FloatArray | None:
    found = measure(cells(matrix.counts), matrix.voxels)
    return None if found is None else found[: len(_MEANINGS)]


FAMILY = Family("glrlm", params=GlrlmParams, features=features, compute=compute)
