"""A stretch of one file is replaced by random bytes."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one_slice
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene

LONGEST = 512


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Overwrite up to 512 bytes anywhere."""
    name = one_slice(scene, rng)
    content = bytearray(scene.files[name])
    length = int(rng.integers(1, LONGEST + 1))
    first = int(rng.integers(len(content)))
    length = min(length, len(content) - first)
    content[first : first + length] = rng.bytes(length)
    return {name: bytes(content)}


DAMAGE = Damage(
    "byte_noise",
    Expect.OTHER_VALUE,
    "noise that falls on pixels alone gives other pixels",
    damage,
)
