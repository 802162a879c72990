"""How likely a mask is bad, when nobody knows the truth: a score, and what raised it.

A mask is bad when its Dice with the true outline is below 0.7. The model is a logistic regression
of a few named inputs, fitted on masks of generated exams that were spoiled on purpose; see
docs/trust.md. Its coefficients are data (`trust.toml`), one set for each combination of what may
be missing. The idea of judging a segmentation without truth by a regression on its shape and
image: Kohlberger et al., MICCAI 2012, and Robinson et al., MICCAI 2018.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Undefined
from breastdce.core.exam import Triple
from breastdce.core.volume import Mask
from breastdce.segment.trust_inputs import BREAST, KINETICS, SHAPE, measure
from breastdce.segment.trust_probability import PROBABILITY, Unsure

BAD_DICE = 0.7
"""A mask with a lower Dice is bad."""
AGREEMENT = ("apart_from_ftv",)
GROUPS: dict[str, tuple[str, ...]] = {
    "breast": BREAST,
    "probability": PROBABILITY,
    "ftv": AGREEMENT,
}
"""Inputs that may be missing, by what they need; `SHAPE` and `KINETICS` are always there."""


class Pushed(msgspec.Struct, frozen=True, kw_only=True):
    """One input and what it does to the score."""

    name: str
    value: float
    typical: float | None
    """Mean of the good masks that the model was fitted on; none of an input that is not used."""
    push: float
    """What the difference adds to the log odds; 0 for inputs that the model does not use."""


class MaskTrust(msgspec.Struct, frozen=True, kw_only=True):
    """How far one mask can be trusted."""

    mask: str
    """Name of the mask, as in its file name."""
    chance_bad: float | None
    """0 to 1; none for an empty mask, which has to be looked at before all others."""
    known: tuple[str, ...]
    """Which of `GROUPS` there were, and so which coefficients were used."""
    inputs: tuple[Pushed, ...]
    """The one that raises the score most comes first."""
    reason: str | None = None
    """Code of `Undefined` where there is no score."""


class TrustReport(msgspec.Struct, frozen=True, kw_only=True):
    """Scores of all masks of an exam."""

    bad_dice: float
    base_rate: float
    """Share of bad masks that the scores presume."""
    masks: tuple[MaskTrust, ...]


class Weight(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Coefficient of an input, never negative, and the input's mean over good masks."""

    weight: float
    typical: float


class Coefficients(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One set."""

    known: tuple[str, ...]
    intercept: float
    inputs: dict[str, Weight]


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the coefficients came about."""

    command: str
    exams: str
    masks: int
    bad: int
    base_rate: float
    ridge: float


class TrustModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All sets, and their record."""

    record: Record
    sets: tuple[Coefficients, ...]

    def coefficients(self, known: tuple[str, ...]) -> Coefficients:
        """The set for exactly what is known."""
        return next(one for one in self.sets if set(one.known) == set(known))


@cache
def shipped_model() -> TrustModel:
    """The model that ships with the package."""
    text = resources.files("breastdce.segment").joinpath("trust.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), TrustModel)


def trust(
    name: str,
    phases: Triple,
    mask: Mask,
    *,
    breast: NDArray[np.bool_] | None = None,
    unsure: Unsure | None = None,
    ftv: Mask | None = None,
    model: TrustModel | None = None,
) -> MaskTrust:
    """Score a mask.

    Parameters
    ----------
    name
        Of the mask.
    phases
        Before contrast, early, late; z-scored together, float32 [i, j, k], 1 mm.
    mask
        Of the tumor, same grid.
    breast
        Of both breasts, bool, same shape; None or empty where nobody knows where they are.
    unsure
        What the network's probability says of the mask, where a network made it.
    ftv
        Functional tumor volume on the same grid, for a mask that was not made from it; None or
        empty where there is none.
    model
        Coefficients; by default those that ship.

    Returns
    -------
    MaskTrust
        Without a score for an empty mask.
    """
    if not mask.data.any():
        reason = Undefined.EMPTY_REGION.value
        return MaskTrust(mask=name, chance_bad=None, known=(), inputs=(), reason=reason)
    held = breast if breast is not None and breast.any() else None
    values = measure(phases, mask, held)
    if unsure is not None:
        values.update(msgspec.structs.asdict(unsure))
    if ftv is not None and ftv.data.any():
        values[AGREEMENT[0]] = 1.0 - _dice(mask, ftv)
    return score(name, values, model or shipped_model())


def score(name: str, values: Mapping[str, float], model: TrustModel) -> MaskTrust:
    """Apply the model to inputs that were measured: all of `SHAPE` and `KINETICS`, whole groups."""
    known = known_groups(values)
    chosen = model.coefficients(known)
    odds = chosen.intercept
    pushed = []
    for key, value in values.items():
        used = chosen.inputs.get(key)
        if used is None:
            pushed.append(Pushed(name=key, value=value, typical=None, push=0.0))
            continue
        odds += used.weight * value
        push = used.weight * (value - used.typical)
        pushed.append(Pushed(name=key, value=value, typical=used.typical, push=push))
    pushed.sort(key=lambda one: -one.push)
    return MaskTrust(mask=name, chance_bad=logistic(odds), known=known, inputs=tuple(pushed))


def known_groups(values: Mapping[str, float]) -> tuple[str, ...]:
    """Which of `GROUPS` were measured."""
    return tuple(name for name, inputs in GROUPS.items() if set(inputs) <= values.keys())


def inputs_of(known: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the inputs that there are when these groups are known."""
    return (*SHAPE, *KINETICS, *(key for name in known for key in GROUPS[name]))


def logistic(odds: float) -> float:
    """Chance of log odds, without overflow."""
    small = math.exp(-abs(odds))
    return 1.0 / (1.0 + small) if odds >= 0 else small / (1.0 + small)


def _dice(one: Mask, other: Mask) -> float:
    common = int(np.count_nonzero(one.data & other.data))
    return 2.0 * common / int(np.count_nonzero(one.data) + np.count_nonzero(other.data))
