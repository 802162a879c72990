"""A field of view that is too small: what is cut off at both ends is folded onto the other one.

Strength 3 to 5: the field is 12, 18 and 25 % too small along an axis that tissue crosses.
"""

from __future__ import annotations

import numpy as np

from breastdce.testing.plant._contract import Phases, Plant, folded

AMOUNTS = (0.03, 0.07, 0.12, 0.18, 0.25)


def plant(phases: Phases, strength: int, rng: np.random.Generator) -> Phases:
    """Shrink the field along the axis of the slice whose lost ends hold most signal."""
    mean = np.mean(phases, axis=0)
    lost = {axis: max(2, round(AMOUNTS[strength - 1] * mean.shape[axis])) for axis in (0, 1)}
    axis = max(lost, key=lambda axis: _ends(mean, axis, lost[axis]))
    first = lost[axis] // 2 if rng.random() < 0.5 else lost[axis]
    first, last = first, lost[axis] - first
    turn = rng.uniform(0, 2 * np.pi, 2)  # phase of the two folded parts, the same in all phases
    return tuple(_fold(phase, axis, (first, last), turn) for phase in phases)


def _ends(mean, axis, lost):
    lines = np.moveaxis(mean, axis, 0)
    return float(lines[:lost].mean() + lines[-lost:].mean())


def _fold(image, axis, lost, turn):
    lines = np.moveaxis(image, axis, 0)
    first, last = lost
    kept = lines[first : lines.shape[0] - last].astype(np.complex64)
    if first:
        kept[-first:] += lines[:first] * np.exp(1j * turn[0])
    if last:
        kept[:last] += lines[-last:] * np.exp(1j * turn[1])
    return np.ascontiguousarray(np.moveaxis(folded(kept, np.float32(0)), 0, axis))


PLANT = Plant("wrap", "wrap", plant, AMOUNTS, "part of the field that is folded")
