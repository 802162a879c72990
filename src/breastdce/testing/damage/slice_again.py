"""A slice is there twice under two UIDs, with the same pixels or others."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import inner_slice
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene
from breastdce.testing.damage._elements import PIXELS, DataSet, edited


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Add a copy of one inner slice with a UID of its own."""
    name, seed = inner_slice(scene, rng), int(rng.integers(1 << 32))
    others = rng.random() < 0.5

    def edit(data: DataSet) -> None:
        data.put(0x00080018, b"UI", f"2.25.{seed}")
        if others:
            pixels = np.frombuffer(data.get(PIXELS), "<u2")
            data.put(PIXELS, b"OW", pixels[::-1].tobytes())

    return {f"{name} again": edited(scene.files[name], edit)}


DAMAGE = Damage(
    "slice_again",
    Expect.TOLD,
    "one place and one time hold one image",
    damage,
)
