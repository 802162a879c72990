"""Pixels of a slice or a phase are black, white, noise, or those of another."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene
from breastdce.testing.damage._elements import PIXELS, DataSet, edited


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Replace pixel data; the headers stay."""
    kind, seed = one(("black", "white", "noise", "shifted"), rng), int(rng.integers(1 << 32))

    def edit(data: DataSet) -> None:
        pixels = data.get(PIXELS)
        new = {
            "black": bytes(len(pixels)),
            "white": b"\xff\x0f" * (len(pixels) // 2),
            "noise": np.random.default_rng(seed).bytes(len(pixels)),
            "shifted": pixels[101:] + pixels[:101],
        }
        data.put(PIXELS, b"OW", new[kind])

    return {name: edited(scene.files[name], edit) for name in some_slices(scene, rng)}


DAMAGE = Damage(
    "pixels_other",
    Expect.OTHER_VALUE,
    "an image of anything is an image",
    damage,
)
