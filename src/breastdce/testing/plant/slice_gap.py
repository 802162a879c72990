"""A run of slices lost, and the rest closed up.

Strength 3 to 5: 8, 12 and 16 % of the stack.
"""

from __future__ import annotations

import numpy as np

from breastdce.testing.plant._contract import Phases, Plant

AMOUNTS = (0.02, 0.04, 0.08, 0.12, 0.16)


def plant(phases: Phases, strength: int, rng: np.random.Generator) -> Phases:
    """Remove inner slices of all phases."""
    count = phases[0].shape[2]
    many = max(1, round(AMOUNTS[strength - 1] * count))
    first = int(rng.integers(count // 4, 3 * count // 4 - many + 1))
    kept = np.r_[0:first, first + many : count]
    return tuple(np.ascontiguousarray(phase[:, :, kept]) for phase in phases)


PLANT = Plant("slice_gap", "slice_gap", plant, AMOUNTS, "part of the stack")
