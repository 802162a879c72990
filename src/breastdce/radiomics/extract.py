"""Compute the features of a panel in a region: one row of the feature table."""

from __future__ import annotations

import math
from dataclasses import dataclass

from breastdce.core.codes import Undefined
from breastdce.core.volume import Mask, Volume
from breastdce.radiomics.families._contract import Values
from breastdce.radiomics.panel import Member, Panel
from breastdce.radiomics.region import Region


@dataclass(frozen=True, slots=True)
class Features:
    """One row, keyed by published name in the published order.

    `values` has NaN where a feature is undefined, `reasons` then says why.
    """

    values: dict[str, float]
    reasons: dict[str, Undefined]


def extract(image: Volume, mask: Mask, panel: Panel) -> Features:
    """Compute all families of `panel` for `image` inside `mask`.

    An exception inside a family is a bug and is never turned into NaN.

    Raises
    ------
    InputError
        GRID_MISMATCH or IMAGE_INVALID, see `Region.of`.
    """
    region = Region.of(image, mask)
    values: dict[str, float] = {}
    reasons: dict[str, Undefined] = {}
    for member in panel.members:
        computed = member.family.compute(region, member.params)
        _check_names(member, computed)
        for column, value in zip(member.columns(), computed.values(), strict=True):
            if isinstance(value, Undefined):
                values[column], reasons[column] = math.nan, value
            else:
                values[column] = value
    return Features(values, reasons)


def _check_names(member: Member, computed: Values) -> None:
    if tuple(computed) != member.family.names(member.params):
        raise TypeError(f"family {member.family.name} broke its promise of names")
