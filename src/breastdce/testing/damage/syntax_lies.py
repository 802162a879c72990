"""The transfer syntax that is stated is not that of the bytes."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import one, rewritten, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene
from breastdce.testing.damage._elements import DataSet

SYNTAXES = (
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2.1.99",
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.5",
    "1.2.840.113619.5.2",
    "9.9.9",
    "",
    "not a UID",
)


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """State any of the syntaxes of the standard, a private one, none, or nonsense."""
    syntax = one(SYNTAXES, rng)

    def edit(data: DataSet) -> None:
        data.put_syntax(syntax)

    return rewritten(scene, some_slices(scene, rng), edit)


DAMAGE = Damage(
    "syntax_lies",
    Expect.SAME_OR_TOLD,
    "the true encoding can be found by trial; compressed pixels cannot",
    damage,
)
