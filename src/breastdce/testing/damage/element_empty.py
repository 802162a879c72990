"""One element has no value."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from breastdce.testing.damage._choice import rewritten, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene
from breastdce.testing.damage._elements import DataSet


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Empty the element at one place of the list in one file, a phase, or all files."""
    share = rng.random()

    def edit(data: DataSet) -> None:
        index = int(share * len(data.elements))
        data.elements[index] = replace(data.elements[index], value=b"")

    return rewritten(scene, some_slices(scene, rng), edit)


DAMAGE = Damage(
    "element_empty",
    Expect.SAME_OR_TOLD,
    "as for an element that is missing",
    damage,
)
