"""Tens of thousands of elements that nobody needs."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, one_slice, rewritten
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene
from breastdce.testing.damage._elements import DataSet, Element

COUNTS = (300, 5000, 60_000)


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Insert private elements, in order or all with one tag."""
    count, same = one(COUNTS, rng), rng.random() < 0.3

    def edit(data: DataSet) -> None:
        place = sum(item.tag < 0x00290000 for item in data.elements)
        new = [
            Element(0x00290000 | (0x1001 if same else 0x1000 + number % 0xEFFF), b"LO", b"x ")
            for number in range(count)
        ]
        data.elements[place:place] = new if same else sorted(new, key=lambda item: item.tag)

    return rewritten(scene, (one_slice(scene, rng),), edit)


DAMAGE = Damage(
    "many_elements",
    Expect.SAME_OR_TOLD,
    "they are private, and nothing in them is used",
    damage,
)
