"""Left and right exchanged: images mirrored under a header that stays as it was.

There is no weaker or stronger: every strength is the same. For axial images of both sides, whose
first axis runs from side to side.
"""

from __future__ import annotations

import numpy as np

from breastdce.testing.plant._contract import Phases, Plant

AMOUNTS = (1, 1, 1, 1, 1)


def plant(phases: Phases, strength: int, rng: np.random.Generator) -> Phases:
    """Mirror all phases along their first axis."""
    del strength, rng
    return tuple(np.ascontiguousarray(phase[::-1]) for phase in phases)


PLANT = Plant("laterality", "laterality", plant, AMOUNTS, "mirrored")
