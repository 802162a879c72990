"""ImageOrientationPatient is zero, skew, no number, or incomplete."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, put_text, rewritten, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene

ORIENTATIONS = (
    "0\\0\\0\\0\\0\\0",
    "1\\0\\0\\1\\0\\0",
    "1\\0\\0\\0.5\\1\\0",
    "2\\0\\0\\0\\2\\0",
    "1\\0\\0\\0\\0\\0",
    "NaN\\0\\0\\0\\1\\0",
    "1\\0\\0\\0\\1",
    "1e30\\0\\0\\0\\1e30\\0",
    "",
    "x\\y\\z\\x\\y\\z",
)


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Write one of them into one slice, a phase, or all slices."""
    return rewritten(
        scene, some_slices(scene, rng), put_text(0x00200037, b"DS", one(ORIENTATIONS, rng))
    )


DAMAGE = Damage(
    "orientation_bad",
    Expect.TOLD,
    "two axes that are not at right angles are no axes of an image",
    damage,
)
