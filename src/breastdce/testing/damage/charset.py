"""The character set is wrong, unknown or absurd, and names are not in it."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, rewritten, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene
from breastdce.testing.damage._elements import DataSet

SETS = (
    "",
    "ISO_IR 192",
    "ISO_IR 6",
    "ISO 2022 IR 87",
    "\\ISO 2022 IR 149",
    "GB18030",
    "UTF-8",
    "?",
)
TEXTS = (
    b"M\xfcller^Anna",
    b"\xff\xfe\x00\x00",
    b"\x1b$B;3ED\x1b(B",
    "\u202eanna".encode(),
    b"\xed\xa0\x80",
)
TAGS = (0x00100010, 0x00081030, 0x0008103E, 0x00181030, 0x00081090)


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Write a character set and one text."""
    charset, tag, text = one(SETS, rng), one(TAGS, rng), one(TEXTS, rng)

    def edit(data: DataSet) -> None:
        data.put(0x00080005, b"CS", charset)
        data.put(tag, b"LO", text)

    return rewritten(scene, some_slices(scene, rng), edit)


DAMAGE = Damage(
    "charset",
    Expect.SAME,
    "no name decides anything",
    damage,
)
