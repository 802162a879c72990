"""Slices of one phase filled with those of another one, as when two series are mixed up.

Strength 3 to 5: half, 80 % and all of the slices.
"""

from __future__ import annotations

import numpy as np

from breastdce.testing.plant._contract import Phases, Plant

AMOUNTS = (0.05, 0.2, 0.5, 0.8, 1.0)


def plant(phases: Phases, strength: int, rng: np.random.Generator) -> Phases:
    """Copy a run of slices from one phase to another."""
    source, target = (int(n) for n in rng.permutation(len(phases))[:2])
    count = phases[0].shape[2]
    share = max(1, round(AMOUNTS[strength - 1] * count))
    first = int(rng.integers(count - share + 1))
    mixed = phases[target].copy()
    mixed[:, :, first : first + share] = phases[source][:, :, first : first + share]
    return tuple(mixed if n == target else phase for n, phase in enumerate(phases))


PLANT = Plant("phase_copy", "phase_copy", plant, AMOUNTS, "part of the slices")
