"""Dates are no dates."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, put_text, rewritten, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene

TAGS = (0x00080022, 0x00080023, 0x00080020, 0x00080021, 0x0008002A)
VALUES = (
    *("00000000", "99999999", "20250230", "20251301", "2025", "-1", "1e9", "NaN", "yesterday"),
    *(
        "2025.02.30",
        "20250101\\20250102",
        "\u0662\u0660\u0662\u0665\u0660\u0661\u0660\u0661",
        "        ",
    ),
)


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Write one of them into one slice, a phase, or all slices."""
    return rewritten(
        scene, some_slices(scene, rng), put_text(one(TAGS, rng), b"DA", one(VALUES, rng))
    )


DAMAGE = Damage(
    "dates_hostile",
    Expect.SAME_OR_TOLD,
    "times of one day need no date; what is no date is not taken for one",
    damage,
)
