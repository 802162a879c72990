"""The elements do not stand in the order of their tags."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import rewritten, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene
from breastdce.testing.damage._elements import DataSet


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Shuffle them, with the pixels last or anywhere."""
    seed, last = int(rng.integers(1 << 32)), rng.random() < 0.5

    def edit(data: DataSet) -> None:
        *others, pixels = data.elements
        order = np.random.default_rng(seed).permutation(len(others))
        data.elements = [others[i] for i in order]
        data.elements.insert(len(others) if last else len(others) // 2, pixels)

    return rewritten(scene, some_slices(scene, rng), edit)


DAMAGE = Damage(
    "elements_shuffled",
    Expect.SAME_OR_TOLD,
    "each has its tag; only what follows the pixels may be lost",
    damage,
)
