"""What a plant is: a pure function from clean phases to phases with one artifact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from breastdce.core.catalog import Catalog
from breastdce.testing.shapes import Array

Phases = tuple[Array, ...]
"""All phases of an exam, float32 [i, j, k], equal shapes, slices along k."""
STRENGTHS = (1, 2, 3, 4, 5)
STRONG = (3, 4, 5)
"""Strengths that a reader would notice; each file says what they are."""


@dataclass(frozen=True, slots=True)
class Plant:
    """One kind of artifact."""

    name: str
    """Equals the file name."""
    detector: str
    """The detector that should find it."""
    plant: Callable[[Phases, int, np.random.Generator], Phases]
    """Phases, strength 1 to 5, source of randomness; the given arrays are not changed. Phases that
    come back may have fewer planes along one axis."""
    amounts: tuple[float, float, float, float, float]
    """What the strengths stand for."""
    unit: str
    """Of the amounts, in words."""


PLANTS: Catalog[Plant] = Catalog("breastdce.testing.plant", "PLANT", Plant)


def tissue_level(phases: Phases) -> float:
    """Signal that amounts are relative to: the median of the brighter third of the first phase."""
    first = phases[0]
    return float(np.median(first[first > np.percentile(first, 66)]))


def magnitude(image: Array, other: NDArray[np.complexfloating[Any, Any]]) -> Array:
    """Magnitude of an image, taken as real, plus a complex signal; float32."""
    return np.abs(image + other).astype(np.float32)
