"""Some slices are turned against the rest."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, part_of_slices, rewritten
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene
from breastdce.testing.damage._elements import DataSet

DEGREES = (0.1, 1.0, 5.0, 45.0, 90.0, 180.0)


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Turn one slice, half of a phase, or a whole phase in its plane."""
    angle = np.deg2rad(one(DEGREES, rng))

    def edit(data: DataSet) -> None:
        values = [float(part) for part in data.text(0x00200037).split("\\")]
        row, column = np.array(values).reshape(2, 3)
        turned = [
            *(np.cos(angle) * row + np.sin(angle) * column),
            *(np.cos(angle) * column - np.sin(angle) * row),
        ]
        data.put(0x00200037, b"DS", "\\".join(f"{value + 0.0:.8f}" for value in turned))

    return rewritten(scene, part_of_slices(scene, rng), edit)


DAMAGE = Damage(
    "orientation_differs",
    Expect.TOLD,
    "one volume has one orientation, and so have the phases of one exam",
    damage,
)
