"""One element is left out."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import rewritten, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene
from breastdce.testing.damage._elements import DataSet


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Remove the element at one place of the list in one file, a phase, or all files."""
    share = rng.random()

    def edit(data: DataSet) -> None:
        del data.elements[int(share * len(data.elements))]

    return rewritten(scene, some_slices(scene, rng), edit)


DAMAGE = Damage(
    "element_missing",
    Expect.SAME_OR_TOLD,
    "what is not needed is not missed, and what is needed is missed aloud",
    damage,
)
