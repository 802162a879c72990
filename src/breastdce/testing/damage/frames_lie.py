"""NumberOfFrames of a single image is not 1."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, put_text, rewritten, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene

NUMBERS = ("0", "-1", "2", "3", "1000000000", "99999999999", "1.5", "many", "", "1\\2", "NaN")


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Write one of them into one slice, a phase, or all slices."""
    return rewritten(scene, some_slices(scene, rng), put_text(0x00280008, b"IS", one(NUMBERS, rng)))


DAMAGE = Damage(
    "frames_lie",
    Expect.SAME_OR_TOLD,
    "0 or nonsense is no number of frames; several have neither pixels nor positions",
    damage,
)
