"""Bytes follow the last element."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene

LENGTHS = (1, 2, 7, 128, 4096, 100_000)


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Append random bytes or zeros."""
    found: Changes = {}
    for name in some_slices(scene, rng):
        length = one(LENGTHS, rng)
        found[name] = scene.files[name] + (
            rng.bytes(length) if rng.random() < 0.5 else bytes(length)
        )
    return found


DAMAGE = Damage(
    "trailing",
    Expect.SAME,
    "what follows the pixel data belongs to no element that is used",
    damage,
)
