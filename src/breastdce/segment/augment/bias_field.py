"""Smooth shading."""

from __future__ import annotations

import itertools

import numpy as np

from breastdce.segment.augment._contract import Chance, Sample, Transform


class BiasFieldParams(Chance, frozen=True):
    """How strong and how uneven."""

    strength: float = 0.3
    """Largest change of the signal, as a share."""
    order: int = 3
    """Highest power of the polynomial."""


def apply(sample: Sample, params: BiasFieldParams, rng: np.random.Generator) -> Sample:
    """Multiply the signal of all phases by one polynomial field.

    Signal is counted from the patch's least value: of the z-scored images that is nearest to
    what was 0 before.
    """
    axes = [np.linspace(-1, 1, size, dtype=np.float32) for size in sample.label.shape]
    field = np.zeros(sample.label.shape, np.float32)
    for powers in itertools.product(range(params.order + 1), repeat=3):
        if 0 < sum(powers) <= params.order:
            i, j, k = (axis**power for axis, power in zip(axes, powers, strict=True))
            term = i[:, None, None] * j[None, :, None] * k[None, None, :]
            field += np.float32(rng.uniform(-1, 1)) * term
    largest = float(np.abs(field).max())
    field *= np.float32(params.strength * rng.uniform(0, 1) / largest if largest else 0)
    floor = sample.images.min()
    return sample._replace(images=(sample.images - floor) * (1 + field) + floor)


TRANSFORM = Transform("bias_field", BiasFieldParams, apply)
