"""RescaleSlope is 0, negative, no number, or out of this world."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, put_text, rewritten, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene

SLOPES = (
    "0",
    "0.0",
    "-0",
    "-1",
    "-3.5",
    "NaN",
    "inf",
    "-inf",
    "1e30",
    "1e38",
    "1e300",
    "1e-30",
    "1,5",
    "one",
)


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Write one of them into one slice, a phase, or all slices."""
    return rewritten(scene, some_slices(scene, rng), put_text(0x00281053, b"DS", one(SLOPES, rng)))


DAMAGE = Damage(
    "slope_bad",
    Expect.TOLD,
    "a magnitude has no such slope, and every pixel hangs on it",
    damage,
)
