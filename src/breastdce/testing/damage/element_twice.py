"""One element stands there twice, the second time with another value."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from breastdce.testing.damage._choice import one, one_slice, rewritten
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene
from breastdce.testing.damage._elements import DataSet

VALUES = (b"", b"1 ", b"-1", b"1\\0\\0\\0\\1\\0 ", b"20010101", b"120000", b"2.25.1", b"\x10\x00")


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Repeat the element at one place of the list, next to the first or before the pixels."""
    share, value, near = rng.random(), one(VALUES, rng), rng.random() < 0.5

    def edit(data: DataSet) -> None:
        index = int(share * (len(data.elements) - 1))
        copy = replace(data.elements[index], value=value)
        data.elements.insert(index + 1 if near else len(data.elements) - 1, copy)

    return rewritten(scene, (one_slice(scene, rng),), edit)


DAMAGE = Damage(
    "element_twice",
    Expect.OTHER_VALUE,
    "either value is valid alone, and readers differ in which one they take",
    damage,
)
