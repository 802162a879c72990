"""Movement between phases."""

from __future__ import annotations

import numpy as np

from breastdce.segment.augment._contract import Chance, Sample, Transform


class MotionParams(Chance, frozen=True):
    """How far."""

    sd_mm: float = 0.7
    """Of the shift along each axis."""
    most_mm: float = 2.0


def apply(sample: Sample, params: MotionParams, rng: np.random.Generator) -> Sample:
    """Shift each post-contrast phase relative to the first phase, each by a draw of its own.

    The tumor is outlined on the first post-contrast phase, so the label goes with that.
    """
    from scipy.ndimage import shift

    images, label = sample.images.copy(), sample.label
    for phase in range(1, len(images)):
        by = np.clip(rng.normal(0, params.sd_mm, 3), -params.most_mm, params.most_mm)
        images[phase] = shift(sample.images[phase], by, order=1, mode="nearest")
        if phase == 1:
            share = shift(label.astype(np.float32), by, order=1, mode="nearest")
            label = (share >= 0.5).astype(np.uint8)
    return Sample(images, label)


TRANSFORM = Transform("motion", MotionParams, apply)
