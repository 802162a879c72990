"""SliceThickness and SpacingBetweenSlices are no numbers or absurd."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, put_text, rewritten, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene

VALUES = ("0", "-1", "NaN", "1e30", "", "thin", "1e-30", "5\\5")


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Write one of them into one slice, a phase, or all slices."""
    tag = one((0x00180050, 0x00180088, 0x00201041), rng)
    return rewritten(scene, some_slices(scene, rng), put_text(tag, b"DS", one(VALUES, rng)))


DAMAGE = Damage(
    "thickness_bad",
    Expect.SAME_OR_TOLD,
    "positions decide the step; what else is said of it is compared with them",
    damage,
)
