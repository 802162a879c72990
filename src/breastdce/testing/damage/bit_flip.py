"""Single bits of one file are inverted, as bad memory or media do."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one_slice
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene

MOST_BITS = 64


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Invert 1 to 64 bits anywhere; half of the time in the first 2 kB, where the header is."""
    name = one_slice(scene, rng)
    content = bytearray(scene.files[name])
    end = min(len(content), 2048) if rng.random() < 0.5 else len(content)
    for place in rng.integers(0, end, int(rng.integers(1, MOST_BITS + 1))):
        content[place] ^= 1 << int(rng.integers(8))
    return {name: bytes(content)}


DAMAGE = Damage(
    "bit_flip",
    Expect.OTHER_VALUE,
    "a bit of a pixel or of a number gives another valid pixel or number",
    damage,
)
