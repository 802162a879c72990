"""The beginning of one slice and the rest of another are one file."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one_slice
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Join two files at places of their own, or at one place."""
    name, other = one_slice(scene, rng), one_slice(scene, rng)
    head, rest = scene.files[name], scene.files[other]
    cut = int(rng.integers(len(head)))
    again = cut if rng.random() < 0.5 else int(rng.integers(len(rest)))
    return {name: head[:cut] + rest[again:]}


DAMAGE = Damage(
    "spliced",
    Expect.OTHER_VALUE,
    "cut at the same element both halves may be valid and no more than another image",
    damage,
)
