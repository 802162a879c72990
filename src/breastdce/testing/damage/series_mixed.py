"""Slices have wandered off into a series of their own."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import part_of_slices, put_text, rewritten
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Write another SeriesInstanceUID into one slice, half of a phase, or a whole phase."""
    return rewritten(scene, part_of_slices(scene, rng), put_text(0x0020000E, b"UI", "2.25.4712"))


DAMAGE = Damage(
    "series_mixed",
    Expect.SAME_OR_TOLD,
    "whole phases may be series of their own; parts of them may not",
    damage,
)
