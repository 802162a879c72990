"""Some slices have another pixel spacing than the rest."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, part_of_slices, rewritten
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene
from breastdce.testing.damage._elements import DataSet

FACTORS = (0.5, 1.01, 1.1, 2.0, 10.0)


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Multiply it in one slice, half of a phase, or a whole phase."""
    factor = one(FACTORS, rng)

    def edit(data: DataSet) -> None:
        values = [float(part) * factor for part in data.text(0x00280030).split("\\")]
        data.put(0x00280030, b"DS", "\\".join(f"{value:.8g}" for value in values))

    return rewritten(scene, part_of_slices(scene, rng), edit)


DAMAGE = Damage(
    "spacing_differs",
    Expect.TOLD,
    "one volume has one grid, and so have the phases of one exam",
    damage,
)
