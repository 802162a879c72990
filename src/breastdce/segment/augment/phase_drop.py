"""An exam without a late phase."""

from __future__ import annotations

import numpy as np

from breastdce.segment.augment._contract import Chance, Sample, Transform


class PhaseDropParams(Chance, frozen=True):
    """Nothing but the chance."""


def apply(sample: Sample, params: PhaseDropParams, rng: np.random.Generator) -> Sample:
    """Put the phase before the last in the place of the last."""
    images = sample.images.copy()
    images[-1] = images[-2]
    return sample._replace(images=images)


TRANSFORM = Transform("phase_drop", PhaseDropParams, apply)
