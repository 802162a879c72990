"""Rows and Columns are not those of the pixels."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, part_of_slices, rewritten
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene
from breastdce.testing.damage._elements import DataSet


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Write other numbers into one slice, half of a phase, or a whole phase."""
    kind = one(("zero", "huge", "double", "half", "exchanged factor", "missing"), rng)

    def edit(data: DataSet) -> None:
        rows = int.from_bytes(data.get(0x00280010), "little")
        columns = int.from_bytes(data.get(0x00280011), "little")
        if kind == "missing":
            data.remove(0x00280010)
            return
        sizes = {
            "zero": (0, columns),
            "huge": (65535, 65535),
            "double": (rows * 2, columns),
            "half": (rows // 2, columns),
            "exchanged factor": (rows * 2, columns // 2),
        }
        data.put_short(0x00280010, sizes[kind][0])
        data.put_short(0x00280011, sizes[kind][1])

    return rewritten(scene, part_of_slices(scene, rng), edit)


DAMAGE = Damage(
    "size_lies",
    Expect.TOLD,
    "the number of pixels, or the grid of the others, contradicts them",
    damage,
)
