"""How likely the masks of the tumor are bad, and what speaks against them, in plain words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
from markupsafe import Markup

from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.view import ExamView
from breastdce.report.words import decimal

_LEAST_PUSH = 0.1  # of the log odds: less is not worth a line
_MOST = 4
_LEVELS = ((0.5, "look at this mask first"), (0.2, "look at this mask"), (0.0, "nothing unusual"))
_MASKS = {
    "stv-auto": "The network's mask (stv-auto)",
    "stv-candidate": "The candidate by the rule (stv-candidate)",
    "stv-expert": "The mask revised by a person (stv-expert)",
}
_KNOWN = {
    "breast": "the mask of the breasts",
    "probability": "the network's probabilities",
    "ftv": "the FTV",
}


class _Pushed(msgspec.Struct):
    name: str
    value: float
    typical: float | None
    push: float


class _Mask(msgspec.Struct):
    mask: str
    chance_bad: float | None
    known: list[str]
    inputs: list[_Pushed]


class _Trust(msgspec.Struct):
    """What the page needs of the step's report."""

    bad_dice: float
    base_rate: float
    masks: list[_Mask]


def _percent(value: float) -> str:
    return f"{decimal(100 * value, 0)}\u2009%"


def _share(words: str) -> Callable[[float], str]:
    return lambda value: f"{_percent(value)} {words}"


def _times(value: float) -> str:
    return decimal(2**value - 1, 1)


WORDS: Final[dict[str, Callable[[float], str]]] = {
    "parts": lambda value: f"it has {decimal(2**value, 0)} parts{' or more' * (value >= 3)}",
    "small": lambda value: f"it is small: {decimal(0.5**value, 2)} mL{' or less' * (value >= 5)}",
    "large": lambda value: (
        f"it is large: {decimal(100 * 2**value, 0)} mL{' or more' * (value >= 3)}"
    ),
    "unround": lambda value: f"it is far from round (sphericity {decimal(1 - value, 2)})",
    "thin": _share("of it is thinner than about 4 mm, as vessels are"),
    "at_edge": _share("of it lies at the very edge of the images"),
    "dim": _share("of it enhances by less than 70 % in the early phase"),
    "no_contrast": lambda value: (
        "it hardly enhances more than what lies around it (a voxel of it does with a chance of "
        f"{_percent(1 - value / 2)}; 50\u2009% is none)"
    ),
    "too_large": _share("of its outer 2 mm enhances like its surroundings: it may be too large"),
    "too_small": _share("of what is just outside enhances like the mask: it may be too small"),
    "left_out": lambda value: (
        f"within 2 cm, {_times(value)} times its volume enhances as it does and was left out"
    ),
    "mixed": lambda value: (
        f"its voxels wash out unlike each other (interquartile range of SER {decimal(value, 2)})"
    ),
    "faint": _share("of the tissue in the images enhances more than it"),
    "outside": _share("of it lies outside the breasts"),
    "at_border": _share("of it lies within 3 mm of the skin or the chest wall"),
    "left_in_breast": lambda value: (
        f"in the breasts within 2 cm, {_times(value)} times its volume enhances as it does and "
        "was left out"
    ),
    "unsure_border": lambda value: (
        f"the network is unsure at its border ({decimal(value, 2)} bits of 1)"
    ),
    "unsure_inside": lambda value: (
        f"the network is unsure inside (mean probability {decimal(1 - value, 2)})"
    ),
    "likely_outside": lambda value: (
        f"the network's probability outside adds up to {_times(value)} times its volume"
    ),
    "apart_from_ftv": lambda value: (
        f"it and the functional tumor volume agree little (Dice {decimal(1 - value, 2)})"
    ),
}
"""What speaks against a mask, by the input that says so and its value."""


def render(view: ExamView) -> Markup:
    report = msgspec.convert(view.reports["trust"], _Trust)
    return fill(
        "trust.html",
        masks=[
            (
                _MASKS.get(one.mask, one.mask),
                None if one.chance_bad is None else _percent(one.chance_bad),
                _advice(one.chance_bad),
                _reasons(one),
                ", ".join(["the images", *(_KNOWN.get(name, name) for name in one.known)]),
            )
            for one in report.masks
        ],
        bad=f"{report.bad_dice:g}",
        base=_percent(report.base_rate),
    )


def _advice(chance: float | None) -> str:
    if chance is None:
        return "the mask is empty: look at this exam first"
    return next(words for least, words in _LEVELS if chance >= least)


def _reasons(mask: _Mask) -> list[str]:
    strong = [one for one in mask.inputs if one.push >= _LEAST_PUSH and one.name in WORDS]
    return [WORDS[one.name](one.value) for one in strong[:_MOST]]


PANEL = Panel("trust", "Can the masks be trusted?", ("trust",), "", render)
