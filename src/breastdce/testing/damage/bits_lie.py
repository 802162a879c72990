"""BitsAllocated, BitsStored, HighBit or PixelRepresentation are wrong."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, rewritten, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene
from breastdce.testing.damage._elements import DataSet

LIES = (
    *((0x00280100, value) for value in (0, 1, 7, 8, 12, 32, 64, 65535)),
    *((0x00280101, value) for value in (0, 1, 4, 17, 65535)),
    *((0x00280102, value) for value in (0, 3, 31, 65535)),
    *((0x00280103, value) for value in (2, 7, 65535)),
)


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Write one of them into one slice, a phase, or all slices."""
    tag, value = one(LIES, rng)

    def edit(data: DataSet) -> None:
        data.put_short(tag, value)

    return rewritten(scene, some_slices(scene, rng), edit)


DAMAGE = Damage(
    "bits_lie",
    Expect.SAME_OR_TOLD,
    "values that fit are the same values; others contradict the header",
    damage,
)
