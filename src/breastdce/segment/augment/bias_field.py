"""Smooth shading."""

from __future__ import annotations

import itertools
from typing import Annotated

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from breastdce.segment.augment._contract import Chance, Sample, Transform


class BiasFieldParams(Chance, frozen=True):
    """How strong and how uneven."""

    strength: Annotated[float, Meta(ge=0, lt=1)] = 0.3
    """Largest change of the signal, as a share; ours."""
    order: Annotated[int, Meta(ge=1, le=6)] = 3
    """Highest power of the polynomial."""


def apply(sample: Sample, params: BiasFieldParams, rng: np.random.Generator) -> Sample:
    """Multiply the signal of all phases by one polynomial field.

    Signal is counted from the patch's least value: of the z-scored images that is nearest to
    what was 0 before.
    """
    weights = np.zeros((params.order + 1,) * 3, np.float32)
    for powers in itertools.product(range(params.order + 1), repeat=3):
        if 0 < sum(powers) <= params.order:
            weights[powers] = rng.uniform(-1, 1)
    # Axis by axis: the cube of weights grows to the patch.
    i, j, k = (_powers(size, params.order) for size in sample.label.shape)
    field = np.tensordot(i, np.einsum("abc,jb,kc->ajk", weights, j, k), 1)
    largest = float(np.abs(field).max())
    field *= np.float32(params.strength * rng.uniform(0, 1) / largest if largest else 0)
    floor = sample.images.min()
    return sample._replace(images=(sample.images - floor) * (1 + field) + floor)


def _powers(size: int, order: int) -> NDArray[np.float32]:
    """Powers of the place along an axis, which runs from -1 to 1: (size, order + 1)."""
    at = np.linspace(-1, 1, size, dtype=np.float32)
    powers: NDArray[np.float32] = np.power(
        at[:, None], np.arange(order + 1, dtype=np.float32), dtype=np.float32
    )
    return powers


TRANSFORM = Transform("bias_field", BiasFieldParams, apply)
