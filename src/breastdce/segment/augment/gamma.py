"""A bent scale of intensities."""

from __future__ import annotations

import numpy as np

from breastdce.segment.augment._contract import Chance, Range, Sample, Transform, between


class GammaParams(Chance, frozen=True):
    """How bent."""

    gamma: Range = (0.7, 1.5)
    """nnU-Net's range."""
    inverted: bool = False
    """Whether the bend is that of the negative."""


def apply(sample: Sample, params: GammaParams, rng: np.random.Generator) -> Sample:
    """Raise all phases, scaled to 0 to 1 by their common range, to a power.

    Their common mean and standard deviation are put back.
    """
    images = -sample.images if params.inverted else sample.images
    low, high = float(images.min()), float(images.max())
    if low == high:
        return sample
    bent = ((images - np.float32(low)) / np.float32(high - low)) ** np.float32(
        between(rng, params.gamma)
    )
    mean, sd = images.mean(dtype=np.float64), images.std(dtype=np.float64)
    scale = sd / bent.std(dtype=np.float64)
    back = (bent * scale + (mean - bent.mean(dtype=np.float64) * scale)).astype(np.float32)
    return sample._replace(images=-back if params.inverted else back)


TRANSFORM = Transform("gamma", GammaParams, apply)
