"""A field of view that is too small: what is cut off at both ends is folded onto the other one.

Strength 3 to 5: the field is 12, 18 and 25 % too small along an axis that tissue crosses.
"""

from __future__ import annotations

import numpy as np

from breastdce.testing.plant._contract import Phases, Plant
from breastdce.testing.shapes import Array

AMOUNTS = (0.03, 0.07, 0.12, 0.18, 0.25)
_BOTH = 0.5
"""Signal of the darker end over the brighter one, for both ends to be lost."""


def plant(phases: Phases, strength: int, rng: np.random.Generator) -> Phases:
    """Shrink the field along the axis of the slice whose lost ends hold most signal."""
    mean = np.mean(phases, axis=0)
    lost = [max(2, round(AMOUNTS[strength - 1] * size)) for size in mean.shape[:2]]
    level = [_ends(mean, axis, lost[axis]) for axis in (0, 1)]
    axis = int(np.argmax([max(ends) for ends in level]))
    first, last = level[axis]
    both = min(first, last) > _BOTH * max(first, last) and rng.random() < 0.5
    part = lost[axis] // 2 if both else lost[axis] * (first > last)
    turn = rng.uniform(0, 2 * np.pi)  # between the phases of the two ends of the body
    return tuple(_fold(phase, axis, (part, lost[axis] - part), turn) for phase in phases)


def _ends(mean: Array, axis: int, lost: int) -> tuple[float, float]:
    """Mean signal of what is lost at both ends."""
    lines = np.moveaxis(mean, axis, 0)
    return float(lines[:lost].mean()), float(lines[-lost:].mean())


def _fold(image: Array, axis: int, lost: tuple[int, int], turn: float) -> Array:
    lines = np.moveaxis(image, axis, 0)
    first, last = lost
    kept = lines[first : lines.shape[0] - last].astype(np.complex64)
    if first:
        kept[-first:] += lines[:first] * np.exp(1j * turn)
    if last:
        kept[:last] += lines[-last:] * np.exp(-1j * turn)
    seen = np.abs(kept).astype(np.float32)
    return np.ascontiguousarray(np.moveaxis(seen, 0, axis))


PLANT = Plant("wrap", "wrap", plant, AMOUNTS, "part of the field that is folded")
