"""Identifiers are empty, endless, or paths."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, put_text, rewritten, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene

TAGS = (0x00080018, 0x0020000D, 0x0020000E, 0x00200052, 0x00080016)
VALUES: tuple[str | bytes, ...] = (
    "",
    "0",
    "../../../tmp/x",
    "1." * 400,
    "\x00",
    "1.2.3\\4.5.6",
    "[/red]",
    "\ud83d".encode("utf-8", "surrogatepass"),
)


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Write one of them into one slice, a phase, or all slices."""
    return rewritten(
        scene, some_slices(scene, rng), put_text(one(TAGS, rng), b"UI", one(VALUES, rng))
    )


DAMAGE = Damage(
    "uids_hostile",
    Expect.SAME_OR_TOLD,
    "an identifier is compared, never understood",
    damage,
)
