"""Pulsation: the signal of one region changes periodically while k-space is filled.

Strength 3 to 5: by 12, 20 and 35 %, which makes copies of half that height on both sides.
"""

from __future__ import annotations

import numpy as np

from breastdce.testing.plant._contract import Phases, Plant
from breastdce.testing.shapes import Array

AMOUNTS = (0.03, 0.07, 0.12, 0.2, 0.35)


def plant(phases: Phases, strength: int, rng: np.random.Generator) -> Phases:
    """Modulate the lines of k-space along the axis of the slice that runs out of the body."""
    axis = _open_axis(np.mean(phases, axis=0))
    size = phases[0].shape[axis]
    beat = round(size * rng.uniform(0.15, 0.35))  # cycles while k-space is filled
    start = rng.uniform(0, 2 * np.pi, len(phases))
    depth = AMOUNTS[strength - 1]
    return tuple(
        _beating(phase, axis, depth, beat, turn) for phase, turn in zip(phases, start, strict=True)
    )


def _open_axis(mean: Array) -> int:
    """Axis with the darkest end: there is air along it."""
    ends = [min(np.take(mean, [0, 1], a).mean(), np.take(mean, [-2, -1], a).mean()) for a in (0, 1)]
    return int(np.argmin(ends))


def _beating(image: Array, axis: int, depth: float, beat: int, turn: float) -> Array:
    lines = np.moveaxis(image, axis, 0)
    moving = np.where(lines > np.percentile(lines, 70), lines, 0)
    count = lines.shape[0]
    kspace = np.fft.fft(moving, axis=0)
    time = np.arange(count) * beat / count
    kspace *= (depth * np.cos(2 * np.pi * time + turn))[:, None, None]
    ghosted = np.abs(lines + np.fft.ifft(kspace, axis=0)).astype(np.float32)
    return np.ascontiguousarray(np.moveaxis(ghosted, 0, axis))


PLANT = Plant("ghost", "ghost", plant, AMOUNTS, "change of the signal of bright tissue")
