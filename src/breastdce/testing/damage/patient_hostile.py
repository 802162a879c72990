"""The PatientID of all files is a path, markup, endless, or no text."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, rewritten
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene
from breastdce.testing.damage._elements import DataSet

VALUES = (
    *(
        "",
        "..",
        "../../../../tmp/breastdce-escape",
        "/etc/passwd",
        "con",
        "[/red]",
        "a\nb\tc",
        "\x1b[2J",
    ),
    *("=1+1", "a" * 1000, "n/a", "\u202e\u0000", "sub-01", "' OR 1=1", "\u0130\u0307", "."),
)


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Write it into every file of the exam, with and without removed identity."""
    value, removed = one(VALUES, rng), rng.random() < 0.5

    def edit(data: DataSet) -> None:
        data.put(0x00100020, b"LO", value)
        data.put(0x00120062, b"CS", "YES" if removed else "NO")

    return rewritten(scene, scene.files, edit)


DAMAGE = Damage(
    "patient_hostile",
    Expect.SAME,
    "who it is decides the name of the exam and nothing else",
    damage,
)
