"""One point of k-space far too large: stripes over a slice, or over all slices of a phase.

Strength 3 to 5: stripes of 10, 20 and 40 % of the tissue's signal, which a reader sees in fat.
"""

from __future__ import annotations

import numpy as np

from breastdce.testing.plant._contract import Phases, Plant, magnitude, tissue_level
from breastdce.testing.shapes import Array

AMOUNTS = (0.03, 0.06, 0.1, 0.2, 0.4)


def plant(phases: Phases, strength: int, rng: np.random.Generator) -> Phases:
    """Add to one k-space sample of one phase: of one slice (2D), or of the whole stack (3D)."""
    height = AMOUNTS[strength - 1] * tissue_level(phases)
    which = int(rng.integers(len(phases)))
    image = phases[which].copy()
    radius, angle = rng.uniform(0.08, 0.42), rng.uniform(0, np.pi)
    size = image.shape
    point = [round(radius * size[0] * np.cos(angle)), round(radius * size[1] * np.sin(angle))]
    if rng.random() < 0.5:
        k = int(rng.integers(size[2] // 5, size[2] - size[2] // 5))
        image[:, :, k] = _struck(image[:, :, k], point, height, rng)
    else:
        point.append(int(rng.integers(-size[2] // 4, size[2] // 4 + 1)))
        image = _struck(image, point, height, rng)
    return tuple(image if n == which else phase for n, phase in enumerate(phases))


def _struck(image: Array, point: list[int], height: float, rng: np.random.Generator) -> Array:
    kspace = np.zeros(image.shape, np.complex64)
    kspace[tuple(point)] = height * image.size * np.exp(2j * np.pi * rng.random())
    return magnitude(image, np.fft.ifftn(kspace))


PLANT = Plant("spike", "spike", plant, AMOUNTS, "height of the stripes over the tissue's signal")
