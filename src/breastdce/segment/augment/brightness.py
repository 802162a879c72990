"""A gain."""

from __future__ import annotations

import numpy as np

from breastdce.segment.augment._contract import Chance, Range, Sample, Transform, between


class BrightnessParams(Chance, frozen=True):
    """How far."""

    factor: Range = (0.75, 1.25)
    """nnU-Net's range."""


def apply(sample: Sample, params: BrightnessParams, rng: np.random.Generator) -> Sample:
    """Multiply by one factor: percent enhancement of the signal behind stays as it is."""
    return sample._replace(images=sample.images * np.float32(between(rng, params.factor)))


TRANSFORM = Transform("brightness", BrightnessParams, apply)
