"""RescaleIntercept is no number or out of this world."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, put_text, rewritten, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene

INTERCEPTS = ("NaN", "inf", "1e30", "-1e30", "1e300", "1e39", "zero", "0,0")


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Write one of them into one slice, a phase, or all slices."""
    return rewritten(
        scene, some_slices(scene, rng), put_text(0x00281052, b"DS", one(INTERCEPTS, rng))
    )


DAMAGE = Damage(
    "intercept_bad",
    Expect.TOLD,
    "every pixel hangs on it",
    damage,
)
