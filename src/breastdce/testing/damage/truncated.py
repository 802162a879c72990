"""One file or several end early, as an interrupted copy leaves them."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Cut each file anywhere, an empty file among them."""
    found: Changes = {}
    for name in some_slices(scene, rng):
        content = scene.files[name]
        found[name] = content[: int(rng.integers(len(content)))]
    return found


DAMAGE = Damage(
    "truncated",
    Expect.TOLD,
    "the pixel data come last, so every cut takes some of them",
    damage,
)
