"""One element has another value representation, its bytes stay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from breastdce.testing.damage._choice import one, rewritten, some_slices
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene
from breastdce.testing.damage._elements import DataSet

VRS = (
    *(b"OB", b"OW", b"SQ", b"UN", b"UT", b"US", b"SS", b"UL", b"FL", b"FD", b"DS", b"IS"),
    *(b"LO", b"PN", b"DA", b"TM", b"DT", b"AT", b"UI", b"ZZ", b"\0\0", b"  "),
)


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Write two other letters, honest about the length or in the old place."""
    vr, share, honest = one(VRS, rng), rng.random(), rng.random() < 0.5

    def edit(data: DataSet) -> None:
        index = int(share * len(data.elements))
        item = data.elements[index]
        if honest or data.implicit:
            data.elements[index] = replace(item, vr=vr)
            return
        raw = item.pack(implicit=False)
        data.tail = (
            raw[:4]
            + vr
            + raw[6:]
            + b"".join(later.pack(implicit=False) for later in data.elements[index + 1 :])
        )
        data.elements = data.elements[:index]

    return rewritten(scene, some_slices(scene, rng), edit)


DAMAGE = Damage(
    "vr_swapped",
    Expect.SAME_OR_TOLD,
    "an element is known by its tag; a wrong form of its length breaks the file",
    damage,
)
