"""One element says that it is a few bytes longer or shorter than it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from breastdce.testing.damage._choice import one, one_slice, rewritten
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene
from breastdce.testing.damage._elements import DataSet

OFF = (-8, -4, -2, -1, 1, 2, 4, 8)


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Write a length that is a little off."""
    off, share = one(OFF, rng), rng.random()

    def edit(data: DataSet) -> None:
        index = int(share * len(data.elements))
        item = data.elements[index]
        data.elements[index] = replace(item, length=len(item.value) + off)

    return rewritten(scene, (one_slice(scene, rng),), edit)


DAMAGE = Damage(
    "length_off",
    Expect.OTHER_VALUE,
    "the next element may vanish into this one: a file without it is valid",
    damage,
)
