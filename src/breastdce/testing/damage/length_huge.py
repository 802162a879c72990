"""One element says that it is longer than the file."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from breastdce.testing.damage._choice import one, one_slice, rewritten
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene
from breastdce.testing.damage._elements import DataSet

HUGE = (0xFFFFFFFF, 0xFFFFFFFE, 0x80000000, 0x7FFFFFFF, 0x7FFFFFFE, 0x00FFFFFF, 0x000FFFFF)


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Write another length; elements with a short length get 65535 or 65534."""
    length = one(HUGE, rng)
    share = rng.random()

    def edit(data: DataSet) -> None:
        index = int(share * len(data.elements))
        data.elements[index] = replace(data.elements[index], length=length)

    return rewritten(scene, (one_slice(scene, rng),), edit)


DAMAGE = Damage(
    "length_huge",
    Expect.SAME_OR_TOLD,
    "nothing behind that element can be read, so the file cannot be used",
    damage,
)
