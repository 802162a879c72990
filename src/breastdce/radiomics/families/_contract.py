"""What a feature family is: names known in advance, values or a reason, each with its meaning."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from breastdce.core.codes import Undefined
from breastdce.core.params import Params
from breastdce.radiomics.region import Region

P = TypeVar("P", bound=Params)

Values = Mapping[str, float | Undefined]


class Feature(msgspec.Struct, frozen=True):
    """One number of a family and what it means, for data dictionaries."""

    name: str
    definition: str
    """One sentence."""
    unit: str
    """`intensity` is the unit of the image; `1` is dimensionless."""
    defect: str = ""
    """What the program that is matched does otherwise than the name says; empty when nothing."""
    ibsi: str = "none"
    """Four-character code of the IBSI reference manual, where the definition is IBSI's."""
    tag: str = ""
    """Name in IBSI's reference tables, with its aggregation; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Family(Generic[P]):
    """One family of features: file name, parameters, columns and one pure function.

    `compute(region, params)` returns exactly the names of `features(params)`, in that order,
    which is the order of the table.
    """

    name: str
    params: type[P]
    features: Callable[[P], tuple[Feature, ...]]
    compute: Callable[[Region, P], Values]

    def names(self, params: P) -> tuple[str, ...]:
        """Names of the features, in the order of the table."""
        return tuple(feature.name for feature in self.features(params))


AnyFamily = Family[Any]
