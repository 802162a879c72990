"""Slices of one series are of several studies."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import part_of_slices, put_text, rewritten
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Write another StudyInstanceUID into one slice, half of a phase, or a whole phase."""
    return rewritten(scene, part_of_slices(scene, rng), put_text(0x0020000D, b"UI", "2.25.4711"))


DAMAGE = Damage(
    "studies_mixed",
    Expect.TOLD,
    "one series is of one study",
    damage,
)
