"""Slices are there twice, byte for byte."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Copy one slice, a phase, or all slices to another folder."""
    return {f"copy of {name}": scene.files[name] for name in some_slices(scene, rng)}


DAMAGE = Damage(
    "slice_copied",
    Expect.SAME,
    "a copy adds nothing",
    damage,
)
