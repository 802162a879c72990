"""Texts hold markup, terminal escapes, paths, formulas and control characters."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, put_text, rewritten, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene

TAGS = (0x0008103E, 0x00081030, 0x00181030, 0x00181020, 0x00100010, 0x00204000, 0x00080080)
TEXTS = (
    "[/bold] [red",
    "\x1b]0;owned\x07\x1b[2J\x1b[31m",
    "../../../etc/passwd",
    '=HYPERLINK("x")',
    "<script>alert(1)</script>",
    "{0.__class__} %s %n",
    "\x00\x01\x02\r\n\t\x7f\x9b31m",
    "a\nb\tc\u2028d",
    "'; DROP TABLE exams; --",
)


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Write one of them into a description, in one file, a phase, or everywhere."""
    return rewritten(
        scene, some_slices(scene, rng), put_text(one(TAGS, rng), b"LO", one(TEXTS, rng))
    )


DAMAGE = Damage(
    "text_hostile",
    Expect.SAME,
    "descriptions decide nothing, and are shown as what they are",
    damage,
)
