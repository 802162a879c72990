"""Times are no times."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, put_text, rewritten, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene

TAGS = (0x00080032, 0x00080033, 0x00080031, 0x00080030, 0x00181042, 0x00181060, 0x0008002A)
VALUES = (
    *("246060", "-1", "99999999", "1e9", "NaN", "noon", "12:61:00", "120000.1234567890123"),
    *("\u0661\u0662\u0660\u0660\u0660\u0660", "000000-1200", "120000\\130000", "   ", "12\x0000"),
)


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Write one of them into one slice, a phase, or all slices."""
    return rewritten(
        scene, some_slices(scene, rng), put_text(one(TAGS, rng), b"TM", one(VALUES, rng))
    )


DAMAGE = Damage(
    "times_hostile",
    Expect.SAME_OR_TOLD,
    "what is no time is not taken for one, and what hangs on it is told",
    damage,
)
