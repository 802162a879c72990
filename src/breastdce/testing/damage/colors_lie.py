"""SamplesPerPixel and PhotometricInterpretation say that the image has colors."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, rewritten, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene
from breastdce.testing.damage._elements import DataSet

NAMES = ("RGB", "PALETTE COLOR", "YBR_FULL_422", "MONOCHROME1", "", "GREY")


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Write one of both or both."""
    name, samples, which = one(NAMES, rng), one((0, 2, 3, 65535), rng), int(rng.integers(3))

    def edit(data: DataSet) -> None:
        if which != 0:
            data.put(0x00280004, b"CS", name)
        if which != 1:
            data.put_short(0x00280002, samples)

    return rewritten(scene, some_slices(scene, rng), edit)


DAMAGE = Damage(
    "colors_lie",
    Expect.SAME_OR_TOLD,
    "a color image has other pixel data; MONOCHROME1 is a matter of display",
    damage,
)
