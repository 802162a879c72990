"""A file that belongs to no phase is damaged."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Flip bits of a stray file, cut it, or write noise into it."""
    if not scene.strays:
        return {"lonely": rng.bytes(int(rng.integers(2000)))}
    name = one(scene.strays, rng)
    content = bytearray(scene.files[name])
    if not content:
        return {name: rng.bytes(100)}
    kind = int(rng.integers(3))
    if kind == 0:
        for place in rng.integers(0, len(content), int(rng.integers(1, 40))):
            content[place] ^= 1 << int(rng.integers(8))
    elif kind == 1:
        del content[int(rng.integers(len(content))) :]
    else:
        first = int(rng.integers(len(content)))
        noise = rng.bytes(min(64, len(content) - first))
        content[first : first + len(noise)] = noise
    return {name: bytes(content)}


DAMAGE = Damage(
    "beside_damaged",
    Expect.SAME,
    "it is another object",
    damage,
)
