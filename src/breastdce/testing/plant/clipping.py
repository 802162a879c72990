"""Signal cut off at the largest number that fits.

Strength 3 to 5: the brightest 0.3, 1 and 3 % of the voxels are flat.
"""

from __future__ import annotations

import numpy as np

from breastdce.testing.plant._contract import Phases, Plant

AMOUNTS = (0.0003, 0.001, 0.003, 0.01, 0.03)


def plant(phases: Phases, strength: int, rng: np.random.Generator) -> Phases:
    """Cut the phases after contrast, or one of them, at a quantile."""
    top = np.quantile(phases[-1], 1 - AMOUNTS[strength - 1])
    only = int(rng.integers(1, len(phases))) if rng.random() < 0.5 else None
    return tuple(
        np.minimum(phase, np.float32(top)) if only in (None, number) else phase
        for number, phase in enumerate(phases)
    )


PLANT = Plant("clipping", "clipping", plant, AMOUNTS, "part of the voxels of the last phase")
