"""Inner slices of one phase, or of all, are gone."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene

MOST = 3


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Remove one to three neighbors, never the first or the last slice."""
    count = int(rng.integers(1, MOST + 1))
    first = int(rng.integers(1, len(scene.phases[0]) - count))
    hit = scene.phases if rng.random() < 0.3 else (one(scene.phases, rng),)
    return {name: None for phase in hit for name in phase[first : first + count]}


DAMAGE = Damage(
    "slice_missing",
    Expect.TOLD,
    "a gap in the positions shows",
    damage,
)
