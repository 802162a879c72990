"""More or less spread around the mean."""

from __future__ import annotations

import numpy as np

from breastdce.segment.augment._contract import Chance, Range, Sample, Transform, between


class ContrastParams(Chance, frozen=True):
    """How far."""

    factor: Range = (0.75, 1.25)
    """nnU-Net's range."""


def apply(sample: Sample, params: ContrastParams, rng: np.random.Generator) -> Sample:
    """Spread all phases around their common mean, within the range that they had."""
    images, factor = sample.images, np.float32(between(rng, params.factor))
    mean = images.mean(dtype=np.float64).astype(np.float32)
    spread = (images - mean) * factor + mean
    return sample._replace(images=np.clip(spread, images.min(), images.max()))


TRANSFORM = Transform("contrast", ContrastParams, apply)
