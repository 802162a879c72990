"""Slices of one series are of several patients."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import part_of_slices, put_text, rewritten
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Write another PatientID, or none, into one slice, half of a phase, or a whole phase."""
    other = "" if rng.random() < 0.3 else "ANOTHER-PATIENT"
    return rewritten(scene, part_of_slices(scene, rng), put_text(0x00100020, b"LO", other))


DAMAGE = Damage(
    "patients_mixed",
    Expect.TOLD,
    "one study is of one patient",
    damage,
)
