"""Names of files are dashes, newlines, markup, endless, of any encoding."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene

NAMES = (
    "-rf",
    " ",
    "a\nb",
    "[/red]",
    "\x1b[2J",
    "%s",
    "\u202e",
    "x" * 200,
    "con.dcm",
    "\udcff\udcfe",
    "\U0001f600",
)


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Rename one slice, a phase, or all slices."""
    found: Changes = {}
    for number, name in enumerate(some_slices(scene, rng)):
        start = NAMES[int(rng.integers(len(NAMES)))]
        found[name] = None
        found[f"{start}{number}"] = scene.files[name]
    return found


DAMAGE = Damage(
    "names_hostile",
    Expect.SAME_OR_TOLD,
    "no name decides anything; one that is no text is told",
    damage,
)
