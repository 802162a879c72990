"""Left for right."""

from __future__ import annotations

import numpy as np

from breastdce.segment.augment._contract import Chance, Sample, Transform


class MirrorParams(Chance, frozen=True):
    """Nothing but the chance: anatomy has an up and a front, so only left and right are changed."""

    probability: float = 0.5


def apply(sample: Sample, params: MirrorParams, rng: np.random.Generator) -> Sample:
    """Turn the patch around along i."""
    images, label = sample.images[:, ::-1], sample.label[::-1]
    return Sample(np.ascontiguousarray(images), np.ascontiguousarray(label))


TRANSFORM = Transform("mirror", MirrorParams, apply)
