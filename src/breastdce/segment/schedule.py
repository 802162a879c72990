"""Learning rates as closed functions of the epoch: nothing to store, nothing to step twice."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Annotated, Literal

import msgspec

from breastdce.core.params import Params

Kind = Literal["triangle", "cosine", "poly"]
_POLY_POWER = 0.9


class ScheduleParams(Params, frozen=True):
    """How the learning rate runs over the epochs."""

    schedule: Kind = "cosine"
    """`triangle`: down to the least and up again, as the paper says; `cosine`: half a wave down to
    0; `poly`: (1 - e / epochs) to the power 0.9."""
    lr: Annotated[float, msgspec.Meta(gt=0)] = 0.01
    """At the first epoch."""
    schedule_min_factor: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1e-3
    """Least of the triangle, as a share of `lr`."""
    schedule_half_period: Annotated[int, msgspec.Meta(ge=1)] = 20
    """Epochs from the top of the triangle to its least."""
    epochs: Annotated[int, msgspec.Meta(ge=1)] = 500
    """Of the whole training."""


def learning_rate(epoch: float, params: ScheduleParams) -> float:
    """Learning rate of an epoch, counted from 0; parts of an epoch are between."""
    return params.lr * _FACTORS[params.schedule](epoch, params)


def _triangle(epoch: float, params: ScheduleParams) -> float:
    # GaNDLF 0.0.14, schedulers/wrap_torch.py, there with a half period of 0.002 epochs.
    s = params.schedule_half_period
    r = max(0.0, 1.0 - abs(epoch / s - 2.0 * math.floor(1.0 + epoch / (2.0 * s)) + 1.0))
    return 1.0 - (1.0 - params.schedule_min_factor) * r


def _cosine(epoch: float, params: ScheduleParams) -> float:
    return 0.5 * (1.0 + math.cos(math.pi * epoch / params.epochs))


def _poly(epoch: float, params: ScheduleParams) -> float:
    return math.pow(1.0 - epoch / params.epochs, _POLY_POWER)


_FACTORS: Mapping[Kind, Callable[[float, ScheduleParams], float]] = {
    "triangle": _triangle,
    "cosine": _cosine,
    "poly": _poly,
}
