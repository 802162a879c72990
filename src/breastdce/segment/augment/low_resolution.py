"""Thicker slices and larger pixels."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from breastdce.segment.augment._contract import (
    Chance,
    Images,
    Range,
    Sample,
    Transform,
    between,
)


class LowResolutionParams(Chance, frozen=True):
    """How coarse."""

    factor: Range = (0.5, 1.0)
    """Samples that are left along an axis, as a share; nnU-Net's range."""
    axis_probability: Annotated[float, Meta(ge=0, le=1)] = 0.5
    """That an axis is made coarser; each is drawn by itself, which imitates thick slices."""


def apply(sample: Sample, params: LowResolutionParams, rng: np.random.Generator) -> Sample:
    """Sample all phases more coarsely along some axes, and back by linear interpolation."""
    images = sample.images
    for axis in range(1, 4):
        if rng.random() < params.axis_probability:
            size = images.shape[axis]
            few = max(2, round(size * between(rng, params.factor)))
            images = _resampled(_resampled(images, axis, few), axis, size)
    return sample._replace(images=images)


def _resampled(images: Images, axis: int, size: int) -> Images:
    """Linear interpolation at `size` even positions, borders extended."""
    low, high, share = _positions(images.shape[axis], size)
    below, above = images.take(low, axis), images.take(high, axis)
    shape = [1, 1, 1, 1]
    shape[axis] = size
    return below + share.reshape(shape) * (above - below)


def _positions(
    given: int, wanted: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    at = np.clip((np.arange(wanted) + 0.5) * given / wanted - 0.5, 0, given - 1)
    low = np.floor(at).astype(np.intp)
    return low, np.minimum(low + 1, given - 1), (at - low).astype(np.float32)


TRANSFORM = Transform("low_resolution", LowResolutionParams, apply)
