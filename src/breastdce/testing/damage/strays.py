"""Files that are no DICOM, or look like it, lie among the slices."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene

CONTENTS: tuple[bytes, ...] = (
    b"",
    bytes(5000),
    b"PK\x03\x04" + bytes(100),
    b"\x1f\x8b\x08" + b"\xff" * 100,
    b"<!DOCTYPE html><html>",
    bytes(128) + b"DICM",
    bytes(128) + b"DICM" + b"\xff" * 400,
    bytes(128) + b"DICM\x02\x00\x00\x00UL\x04\x00\xff\xff\xff\xff",
    b"\x08\x00\x05\x00CS\x0a\x00ISO_IR 100",
    b"\x08\x00" * 4000,
    b"\xff\xd8\xff\xe0" + bytes(100),
)


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Add some, with names that sort before, between and after the others."""
    folder = scene.slices[0].rpartition("/")[0]
    names = ("0", "DICOMDIR", "zz", ".hidden", "IM 0001 (copy)", "thumbs.db")
    return {
        f"{folder}/{name}".lstrip("/"): one(CONTENTS, rng) for name in names if rng.random() < 0.5
    }


DAMAGE = Damage(
    "strays",
    Expect.SAME,
    "they are told as what they are, and belong to no exam",
    damage,
)
