"""PixelSpacing is 0, negative, no number, incomplete, or out of this world."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, put_text, rewritten, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene

SPACINGS = (
    *("0\\0", "0\\1", "-1\\-1", "NaN\\NaN", "inf\\1", "1e30\\1e30", "1e-30\\1e-30"),
    *("1", "1\\1\\1", "", "a\\b", "1e308\\1e308", "1e5\\1e5", "1e-5\\1e-5", "1,0\\1,0"),
)


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Write one of them into one slice, a phase, or all slices."""
    return rewritten(
        scene, some_slices(scene, rng), put_text(0x00280030, b"DS", one(SPACINGS, rng))
    )


DAMAGE = Damage(
    "spacing_bad",
    Expect.TOLD,
    "no scanner has such pixels, and every volume hangs on them",
    damage,
)
