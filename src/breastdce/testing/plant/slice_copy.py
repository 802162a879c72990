"""Slices stored twice: the second copy stands where its neighbor should be.

Strength 3 to 5: three, five and eight slices.
"""

from __future__ import annotations

import numpy as np

from breastdce.testing.plant._contract import Phases, Plant

AMOUNTS = (1, 2, 3, 5, 8)


def plant(phases: Phases, strength: int, rng: np.random.Generator) -> Phases:
    """Replace inner slices by the one before them, in all phases or in one."""
    count = phases[0].shape[2]
    many = min(int(AMOUNTS[strength - 1]), count // 3)
    places = np.sort(rng.choice(np.arange(2, count - 2), many, replace=False))
    only = int(rng.integers(len(phases))) if rng.random() < 0.5 else None
    repeated = []
    for number, phase in enumerate(phases):
        image = phase
        if only in (None, number):
            image = phase.copy()
            image[:, :, places] = phase[:, :, places - 1]
        repeated.append(image)
    return tuple(repeated)


PLANT = Plant("slice_copy", "slice_copy", plant, AMOUNTS, "slices")
