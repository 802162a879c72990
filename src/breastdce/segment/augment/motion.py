"""Movement between phases."""

from __future__ import annotations

import numpy as np

from breastdce.segment.augment._contract import Chance, Positive, Sample, Transform
from breastdce.segment.turn_loops import moved_label, sampled


class MotionParams(Chance, frozen=True):
    """How far."""

    sd_mm: Positive = 0.7
    """Of the shift along each axis."""
    most_mm: Positive = 2.0
    """Largest shift along an axis: further ones are cut to it."""


def apply(sample: Sample, params: MotionParams, rng: np.random.Generator) -> Sample:
    """Shift each post-contrast phase relative to the first phase, each by a draw of its own.

    The tumor is outlined on the first post-contrast phase, so the label goes with that.
    """
    images, label = sample.images.copy(), sample.label
    shape = (label.shape[0], label.shape[1], label.shape[2])
    for phase in range(1, len(images)):
        by = np.clip(rng.normal(0, params.sd_mm, 3), -params.most_mm, params.most_mm)
        images[phase] = sampled(sample.images[phase : phase + 1], np.eye(3), -by, shape)[0]
        if phase == 1:
            label = moved_label(sample.label, np.eye(3), -by, shape)
    return Sample(images, label)


TRANSFORM = Transform("motion", MotionParams, apply)
