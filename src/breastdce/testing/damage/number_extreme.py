"""A number that decides something is out of this world, but a number."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, put_text, rewritten, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene

TAGS = (
    *(0x00180080, 0x00180081, 0x00181314, 0x00180082, 0x00200011, 0x00200012),
    *(0x00200013, 0x00200100, 0x00200105, 0x00181060, 0x00180087, 0x00181062),
    0x00180095,
)
VALUES = ("0", "-1", "-0", "1e308", "-1e308", "1e-308", "2147483647", "-2147483648", "2147483648")


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Write one of them into one slice, a phase, or all slices."""
    return rewritten(
        scene, some_slices(scene, rng), put_text(one(TAGS, rng), b"DS", one(VALUES, rng))
    )


DAMAGE = Damage(
    "number_extreme",
    Expect.OTHER_VALUE,
    "a large or negative number is a number",
    damage,
)
