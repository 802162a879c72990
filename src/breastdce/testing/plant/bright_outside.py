"""A bright structure beside the breast: skin or an arm right at a coil element.

Strength 3 to 5: 3, 4 and 6 times the 99th percentile of the exam at its middle, a fifth of the
field across or more.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from breastdce.testing.plant._contract import Phases, Plant
from breastdce.testing.shapes import Array

AMOUNTS = (1.2, 2.0, 3.0, 4.0, 6.0)


def plant(phases: Phases, strength: int, rng: np.random.Generator) -> Phases:
    """Add a smooth ellipsoid at the darkest of some places at the border of the slice."""
    level = float(np.percentile(phases[0], 99)) * AMOUNTS[strength - 1]
    size = np.asarray(phases[0].shape)
    radii = rng.uniform(0.1, 0.16, 3) * size
    mean = np.mean(phases, axis=0)
    corners = [np.array([a, b, rng.uniform(0.3, 0.7)]) for a in (0.04, 0.96) for b in (0.04, 0.96)]
    center = min((corner * size for corner in corners), key=lambda at: _signal(mean, at, radii))
    far = sum(
        ((np.arange(n).reshape([-1 if a == axis else 1 for a in range(3)]) - c) / r) ** 2
        for axis, (n, c, r) in enumerate(zip(size, center, radii, strict=True))
    )
    spot = (level * np.clip(1.5 * (1 - far), 0, 1)).astype(np.float32)
    return tuple(phase + spot for phase in phases)


def _signal(mean: Array, center: NDArray[np.float64], radii: NDArray[np.float64]) -> float:
    box = tuple(
        slice(max(0, int(c - r)), int(c + r) + 1) for c, r in zip(center, radii, strict=True)
    )
    return float(mean[box].mean())


PLANT = Plant(
    "bright_outside", "bright_outside", plant, AMOUNTS, "times the 99th percentile of the exam"
)
