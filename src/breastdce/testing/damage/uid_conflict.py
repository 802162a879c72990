"""Two different slices have one SOP instance UID."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, one_slice, put_text, rewritten
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene
from breastdce.testing.damage._elements import take_apart


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Give a slice the UID of another one, or a whole phase one UID."""
    phase = one(scene.phases, rng)
    source = one_slice(scene, rng)
    uid = take_apart(scene.files[source]).text(0x00080018)
    names = phase if rng.random() < 0.3 else (one([n for n in phase if n != source], rng),)
    return rewritten(scene, names, put_text(0x00080018, b"UI", uid))


DAMAGE = Damage(
    "uid_conflict",
    Expect.TOLD,
    "a UID names one object",
    damage,
)
