"""A sequence in a sequence in a sequence, thousands deep."""

from __future__ import annotations

import struct

import numpy as np

from breastdce.testing.damage._choice import one, one_slice, rewritten
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene
from breastdce.testing.damage._elements import DataSet, Element

TAG = 0x00191010
DEPTHS = (2, 30, 1000, 20_000)
_UNDEFINED = 0xFFFFFFFF


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Insert a private sequence, closed or left open, as SQ or as UN."""
    depth, closed = one(DEPTHS, rng), rng.random() < 0.7
    vr = b"SQ" if rng.random() < 0.5 else b"UN"

    def edit(data: DataSet) -> None:
        head = struct.pack("<HH", TAG >> 16, TAG & 0xFFFF) + (b"" if data.implicit else b"SQ\0\0")
        begin = struct.pack("<HHI", 0xFFFE, 0xE000, _UNDEFINED) + head + b"\xff" * 4
        end = struct.pack("<HHIHHI", 0xFFFE, 0xE00D, 0, 0xFFFE, 0xE0DD, 0)
        value = begin * depth + (end * depth if closed else b"")
        value += struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
        place = sum(item.tag < TAG for item in data.elements)
        data.elements.insert(place, Element(TAG, vr, value, _UNDEFINED))

    return rewritten(scene, (one_slice(scene, rng),), edit)


DAMAGE = Damage(
    "nested_deep",
    Expect.SAME_OR_TOLD,
    "the sequence is private, and nothing in it is used",
    damage,
)
