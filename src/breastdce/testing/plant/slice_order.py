"""A run of slices stored in the reverse order.

Strength 3 to 5: 10, 15 and 25 % of the stack.
"""

from __future__ import annotations

import numpy as np

from breastdce.testing.plant._contract import Phases, Plant

AMOUNTS = (0.03, 0.06, 0.1, 0.15, 0.25)


def plant(phases: Phases, strength: int, rng: np.random.Generator) -> Phases:
    """Turn a run of inner slices around, in all phases."""
    count = phases[0].shape[2]
    many = max(2, round(AMOUNTS[strength - 1] * count))
    first = int(rng.integers(count // 5, max(count // 5, 4 * count // 5 - many) + 1))
    order = np.arange(count)
    order[first : first + many] = order[first : first + many][::-1]
    return tuple(np.ascontiguousarray(phase[:, :, order]) for phase in phases)


PLANT = Plant("slice_order", "slice_order", plant, AMOUNTS, "part of the stack")
