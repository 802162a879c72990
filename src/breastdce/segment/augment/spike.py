"""A wave over the image, as of one bad sample of k-space."""

from __future__ import annotations

import numpy as np

from breastdce.segment.augment._contract import Chance, Range, Sample, Transform, between


class SpikeParams(Chance, frozen=True):
    """How strong."""

    intensity: Range = (0.1, 0.4)
    """Amplitude of the wave in standard deviations of the z-scored exam; ours."""


def apply(sample: Sample, params: SpikeParams, rng: np.random.Generator) -> Sample:
    """Add one plane wave to all phases."""
    shape = sample.label.shape
    turns = [int(rng.integers(-size // 4, size // 4 + 1)) for size in shape]
    phases = [
        np.arange(size, dtype=np.float32) * np.float32(2 * np.pi * turn / size)
        for size, turn in zip(shape, turns, strict=True)
    ]
    i, j, k = phases
    angle = i[:, None, None] + j[None, :, None] + k[None, None, :]
    wave = np.cos(angle + np.float32(rng.uniform(0, 2 * np.pi)))
    return sample._replace(images=sample.images + np.float32(between(rng, params.intensity)) * wave)


TRANSFORM = Transform("spike", SpikeParams, apply)
