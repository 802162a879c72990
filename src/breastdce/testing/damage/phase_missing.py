"""All slices of one phase are gone."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Remove one phase."""
    return dict.fromkeys(one(scene.phases, rng), None)


DAMAGE = Damage(
    "phase_missing",
    Expect.OTHER_VALUE,
    "two phases are too few, but of more than three one less is another exam",
    damage,
)
