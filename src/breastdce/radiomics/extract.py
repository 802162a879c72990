"""Compute the features of a panel in a region: one row of the feature table."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from breastdce.core.codes import Undefined
from breastdce.core.volume import Mask, Volume
from breastdce.radiomics.families._contract import Values
from breastdce.radiomics.panel import Member, Panel
from breastdce.radiomics.processing import prepare
from breastdce.radiomics.region import Region


@dataclass(frozen=True, slots=True)
class Features:
    """One row, keyed by published name in the published order.

    `values` has NaN where a feature is undefined, `reasons` then says why.
    """

    values: dict[str, float]
    reasons: dict[str, Undefined]
    left_out: int = 0
    """Voxels of the mask whose intensity was not described: not finite, or out of range."""


def extract_features(image: Volume, mask: Mask, panel: Panel, *, threads: int = 1) -> Features:
    """Compute all families of `panel` for `image` inside `mask`.

    The values do not depend on the number of threads. An exception inside a family is a bug and
    is never turned into NaN.

    Raises
    ------
    InputError
        GRID_MISMATCH, see `processing.prepare`.
    """
    region = prepare(image, mask, panel.processing)
    with ThreadPoolExecutor(threads) as pool:
        jobs = [pool.submit(_compute, region, member) for member in panel.members]
        found = [job.result() for job in jobs]
    values: dict[str, float] = {}
    reasons: dict[str, Undefined] = {}
    for member, computed in zip(panel.members, found, strict=True):
        for column, value in zip(member.columns(), computed.values(), strict=True):
            if isinstance(value, Undefined):
                values[column], reasons[column] = math.nan, value
            else:
                values[column] = float(value)  # not numpy's, which no table or store takes
    return Features(values, reasons, region.left_out)


def _compute(region: Region, member: Member) -> Values:
    computed = member.family.compute(region, member.params)
    if tuple(computed) != member.family.names(member.params):
        raise TypeError(f"family {member.family.name} broke its promise of names")
    return computed
