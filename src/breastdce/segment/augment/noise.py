"""Gaussian noise."""

from __future__ import annotations

import numpy as np

from breastdce.segment.augment._contract import Chance, Range, Sample, Transform, between


class NoiseParams(Chance, frozen=True):
    """How strong."""

    sd: Range = (0.0, 0.1)
    """In standard deviations of the z-scored exam. GaNDLF 0.0.14: 0 to 1 (`parseConfig.py`)."""


def apply(sample: Sample, params: NoiseParams, rng: np.random.Generator) -> Sample:
    """Add noise of one SD, independent from voxel to voxel and from phase to phase."""
    noise = rng.standard_normal(sample.images.shape, dtype=np.float32)
    noise *= np.float32(between(rng, params.sd))
    return sample._replace(images=sample.images + noise)


TRANSFORM = Transform("noise", NoiseParams, apply)
