"""What a transform is: a patch, parameters and a generator in, a patch out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Generic, NamedTuple, TypeVar

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from breastdce.core.params import Params

Images = NDArray[np.float32]
Positive = Annotated[float, Meta(ge=0)]
Range = tuple[Positive, Positive]
"""Least and most of a uniform draw."""


class Sample(NamedTuple):
    """A patch on a grid of 1 mm, i to the right, j to the front, k to the head."""

    images: Images
    """[phase, i, j, k], z-scored by the moments of all phases together."""
    label: NDArray[np.uint8]
    """[i, j, k], 1 in the tumor."""


class Chance(Params, frozen=True):
    """Base of the parameters of a transform."""

    probability: Annotated[float, Meta(ge=0, le=1)] = 1.0
    """That a patch is transformed at all."""

    def __post_init__(self) -> None:
        """Refuse a range whose ends are exchanged."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, tuple) and list(value) != sorted(value):
                raise ValueError(f"`{name}` runs from least to most")


P = TypeVar("P", bound=Chance)


@dataclass(frozen=True, slots=True)
class Transform(Generic[P]):
    """One kind of change.

    `apply(sample, params, rng)` returns a new sample of the same shape and leaves the given one
    as it is. Whatever concerns intensities is drawn once for all phases: drawn for each phase by
    itself it would change the ratios between phases, which are the signal.
    """

    name: str
    """Equals the file name."""
    params: type[P]
    apply: Callable[[Sample, P, np.random.Generator], Sample]


def between(rng: np.random.Generator, span: Range) -> float:
    """Draw uniformly."""
    return float(rng.uniform(*span))
