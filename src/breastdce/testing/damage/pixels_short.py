"""PixelData hold fewer bytes than Rows and Columns need, and say so."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import rewritten, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene
from breastdce.testing.damage._elements import PIXELS, DataSet


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Shorten them honestly, down to nothing, or leave the element out."""
    share, gone = rng.random(), rng.random() < 0.1

    def edit(data: DataSet) -> None:
        pixels = data.get(PIXELS)
        if gone:
            data.remove(PIXELS)
            return
        data.put(PIXELS, b"OW", pixels[: 2 * int(share * (len(pixels) // 2))])

    return rewritten(scene, some_slices(scene, rng), edit)


DAMAGE = Damage(
    "pixels_short",
    Expect.TOLD,
    "some pixels are not there",
    damage,
)
