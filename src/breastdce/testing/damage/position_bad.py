"""ImagePositionPatient is no number, incomplete, of another slice, or far away."""

from __future__ import annotations

import numpy as np

from breastdce.testing.damage._choice import inner_slice, one, put_text, rewritten
from breastdce.testing.damage._contract import Changes, Damage, Expect, Scene
from breastdce.testing.damage._elements import take_apart

POSITIONS = ("NaN\\0\\0", "0\\0", "", "inf\\0\\0", "1e30\\1e30\\1e30", "1e300\\0\\0", "0\\0\\0\\0")
OTHERS = ("neighbor", "half a step", "far")


def damage(scene: Scene, rng: np.random.Generator) -> Changes:
    """Move one inner slice of one phase."""
    name, kind = inner_slice(scene, rng), one((*POSITIONS, *OTHERS), rng)
    text = _moved(scene, name, kind) if kind in OTHERS else kind
    return rewritten(scene, (name,), put_text(0x00200032, b"DS", text))


def _moved(scene: Scene, name: str, kind: str) -> str:
    phase = next(phase for phase in scene.phases if name in phase)
    own, near = (_position(scene, item) for item in (name, phase[phase.index(name) + 1]))
    moved = {"neighbor": near, "half a step": 0.5 * (own + near), "far": own + 40 * (near - own)}
    return "\\".join(f"{value:.6f}" for value in moved[kind])


def _position(scene: Scene, name: str) -> np.ndarray:
    text = take_apart(scene.files[name]).text(0x00200032)
    return np.array([float(part) for part in text.split("\\")])


DAMAGE = Damage(
    "position_bad",
    Expect.TOLD,
    "a slice that lies elsewhere leaves a hole where it should be",
    damage,
)
