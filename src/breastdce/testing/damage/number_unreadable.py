"""A number that decides something is none."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, put_text, rewritten, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene

TAGS = (
    *(0x00180080, 0x00180081, 0x00181314, 0x00180082, 0x00200011, 0x00200012),
    *(0x00200013, 0x00200100, 0x00200105, 0x00181060, 0x00180087, 0x00181062),
)
VALUES = (
    "NaN",
    "inf",
    "0x10",
    "1,5",
    "--1",
    "1e",
    "\u0661",
    "1 2",
    "1e400",
    "9" * 64,
    "one",
    "\\1",
)


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Write one of them into one slice, a phase, or all slices."""
    return rewritten(
        scene, some_slices(scene, rng), put_text(one(TAGS, rng), b"DS", one(VALUES, rng))
    )


DAMAGE = Damage(
    "number_unreadable",
    Expect.SAME_OR_TOLD,
    "what is no number is not taken for one, and what hangs on it is told",
    damage,
)
