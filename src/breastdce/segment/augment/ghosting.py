"""Ghosts along one axis, as of breathing or a beating heart."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from msgspec import Meta

from breastdce.segment.augment._contract import Chance, Range, Sample, Transform, between

Count = Annotated[int, Meta(ge=1)]


class GhostingParams(Chance, frozen=True):
    """How many ghosts, along which axis, how strong."""

    ghosts: tuple[Count, Count] = (2, 6)
    """Least and most; GaNDLF 0.0.14 (TorchIO `random_ghosting.py`): 4 to 10."""
    axes: tuple[Literal[0, 1, 2], ...] = (0, 1, 2)
    """Of which one is drawn: i, j, k. Phase is encoded along any of them, by protocol."""
    strength: Range = (0.1, 0.5)
    """Share of the signal that the chosen lines of k-space lose; TorchIO: 0.5 to 1."""
    center: Annotated[float, Meta(ge=0, le=1)] = 0.02
    """Share of k-space around its center that is kept, as TorchIO does."""


def apply(sample: Sample, params: GhostingParams, rng: np.random.Generator) -> Sample:
    """Weaken every n-th line of k-space of all phases alike."""
    axis = int(rng.choice(params.axes)) + 1
    count = int(rng.integers(params.ghosts[0], params.ghosts[1] + 1))
    strength = between(rng, params.strength)
    size = sample.images.shape[axis]
    # Only one axis of k-space is touched: a transform along that axis alone does.
    spectrum = np.fft.rfft(sample.images, axis=axis)
    lines = np.arange(spectrum.shape[axis])
    gain = np.ones(lines.size, np.float32)
    gain[(lines % count == 0) & (lines > params.center * size / 2)] = 1 - strength
    shape = [1, 1, 1, 1]
    shape[axis] = lines.size
    ghosted = np.fft.irfft(spectrum * gain.reshape(shape), n=size, axis=axis)
    return sample._replace(images=np.asarray(ghosted, np.float32))


TRANSFORM = Transform("ghosting", GhostingParams, apply)
