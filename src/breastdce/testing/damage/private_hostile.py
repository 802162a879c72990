"""Private elements of the makers hold what no scanner writes."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, rewritten, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene
from breastdce.testing.damage._elements import DataSet, Element

BLOCKS = (
    (0x0019, b"GEMS_ACQU_01", 0x5A),
    (0x0021, b"GEMS_RELA_01", 0x4F),
    (0x2001, b"Philips Imaging DD 001", 0x81),
    (0x2005, b"Philips MR Imaging DD 001", 0xA0),
)
VALUES = (
    b"",
    b"\0\0",
    b"\0\0\xc0\x7f",
    b"\0\0\x80\x7f",
    b"\xff" * 4,
    b"\xff" * 8,
    b"x" * 1000,
    b"1e30",
)


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Replace a block by one with a single value, in one slice, a phase, or all slices."""
    group, creator, low = one(BLOCKS, rng)
    value = one(VALUES, rng)

    def edit(data: DataSet) -> None:
        others = [item for item in data.elements if item.tag >> 16 != group]
        place = sum(item.tag >> 16 < group for item in others)
        named = Element(group << 16 | 0x10, b"LO", creator + b" " * (len(creator) % 2))
        block = [named, Element(group << 16 | 0x1000 | low, b"UN", value)]
        data.elements = [*others[:place], *block, *others[place:]]

    return rewritten(scene, some_slices(scene, rng), edit)


DAMAGE = Damage(
    "private_hostile",
    Expect.OTHER_VALUE,
    "nobody but the maker can say what is valid there",
    damage,
)
