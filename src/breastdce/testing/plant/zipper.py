"""A foreign frequency: one line of the readout filled with noise, in every slice.

Strength 3 to 5: noise of 20, 40 and 80 % of the tissue's signal, a dotted line.
"""

from __future__ import annotations

import numpy as np

from breastdce.testing.plant._contract import Phases, Plant, magnitude, tissue_level
from breastdce.testing.shapes import Array

AMOUNTS = (0.05, 0.1, 0.2, 0.4, 0.8)


def plant(phases: Phases, strength: int, rng: np.random.Generator) -> Phases:
    """Add complex noise along one line of the slice, of one phase or of all."""
    height = AMOUNTS[strength - 1] * tissue_level(phases)
    axis = int(rng.integers(2))
    size = phases[0].shape[axis]
    line = int(rng.integers(size // 6, size - size // 6))
    width = int(rng.integers(1, 3))
    only = int(rng.integers(len(phases))) if rng.random() < 0.5 else None
    return tuple(
        _crossed(phase, axis, slice(line, line + width), height, rng)
        if only in (None, number)
        else phase
        for number, phase in enumerate(phases)
    )


def _crossed(
    image: Array, axis: int, lines: slice, height: float, rng: np.random.Generator
) -> Array:
    image = image.copy()
    part = np.moveaxis(image, axis, 0)[lines]
    noise = rng.normal(size=part.shape) + 1j * rng.normal(size=part.shape)
    part[...] = magnitude(part, height * noise / np.sqrt(2))
    return image


PLANT = Plant("zipper", "zipper", plant, AMOUNTS, "noise over the tissue's signal")
