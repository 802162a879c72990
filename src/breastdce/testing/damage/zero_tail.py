"""The rest of a file is zeros, as a copy leaves it whose disk was full."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one_slice
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Replace everything from some place on by zeros; the size stays."""
    name = one_slice(scene, rng)
    content = scene.files[name]
    first = int(rng.integers(len(content)))
    return {name: content[:first] + bytes(len(content) - first)}


DAMAGE = Damage(
    "zero_tail",
    Expect.OTHER_VALUE,
    "where only pixels are hit a black part of an image is an image",
    damage,
)
