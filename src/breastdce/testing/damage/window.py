"""Window, look-up table of the display and the like say something else."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, put_text, rewritten, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene

TAGS = (0x00281050, 0x00281051, 0x00281055, 0x00280106, 0x00280107, 0x00204000, 0x00281054)
VALUES = ("0", "-1", "NaN", "1e30", "", "1\\2\\3", "wide")


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Write anything into one of them."""
    return rewritten(
        scene, some_slices(scene, rng), put_text(one(TAGS, rng), b"DS", one(VALUES, rng))
    )


DAMAGE = Damage(
    "window",
    Expect.SAME,
    "how an image is displayed is no property of its signal",
    damage,
)
