"""The pre-contrast phase exchanged with a later one, in a run of slices or in all.

Strength 3 to 5: half, 80 % and all of the slices.
"""

from __future__ import annotations

import numpy as np

from breastdce.testing.plant._contract import Phases, Plant

AMOUNTS = (0.05, 0.2, 0.5, 0.8, 1.0)


def plant(phases: Phases, strength: int, rng: np.random.Generator) -> Phases:
    """Exchange slices of the first phase and of one after contrast."""
    other = int(rng.integers(1, len(phases)))
    count = phases[0].shape[2]
    share = max(1, round(AMOUNTS[strength - 1] * count))
    first = int(rng.integers(count - share + 1))
    run = slice(first, first + share)
    pre, post = phases[0].copy(), phases[other].copy()
    pre[:, :, run], post[:, :, run] = phases[other][:, :, run], phases[0][:, :, run]
    return tuple({0: pre, other: post}.get(n, phase) for n, phase in enumerate(phases))


PLANT = Plant("phase_order", "phase_order", plant, AMOUNTS, "part of the slices")
