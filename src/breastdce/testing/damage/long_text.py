"""A text of up to 10 MB where a short one is due."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, rewritten, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene
from breastdce.testing.damage._elements import DataSet, Element

TAGS = (
    *(0x0008103E, 0x00081030, 0x00080008, 0x00081090, 0x00180024, 0x00204000),
    *(0x0020000D, 0x00200032, 0x00281053, 0x00080032, 0x00080018),
)
LENGTHS = (1000, 1026, 65_534, 1_000_000, 10_000_000)


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Write it as UT where the length does not fit; 10 MB into a single file."""
    tag, length = one(TAGS, rng), one(LENGTHS, rng)
    names = some_slices(scene, rng)
    value = one((b"A", b"1\\", b"\xff", b"9"), rng) * length

    def edit(data: DataSet) -> None:
        data.remove(tag)
        place = sum(item.tag < tag for item in data.elements)
        vr = b"UT" if length > 65_534 else b"LO"
        data.elements.insert(place, Element(tag, vr, value[:length]))

    return rewritten(scene, names if length < 100_000 else names[:1], edit)


DAMAGE = Damage(
    "long_text",
    Expect.SAME_OR_TOLD,
    "a text that is too long to be one is left out, and what hangs on it is told",
    damage,
)
