"""Tools that run beside the data, with the program's own functions: mask in, mask out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

import msgspec
import numpy as np

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.params import NoParams, Params
from breastdce.core.volume import Mask
from breastdce.imaging.components import connected_parts
from breastdce.review.between import Axis, fill_between
from breastdce.review.grow import (
    Bounds,
    GrowParams,
    ProposeParams,
    Seed,
    grow,
    propose_bounds,
)
from breastdce.run.review.case_images import CaseImages, stored
from breastdce.run.review.ledger import unknown
from breastdce.segment.stv_rule import StvParams, stv_candidate


class Near(Params, frozen=True):
    """What lies near the largest part."""

    mm: Annotated[float, msgspec.Meta(ge=0, le=200)] = 20.0
    """Largest distance of a part that stays."""


class Grow(GrowParams, frozen=True):
    """What belongs to the tumor around a seed, on the first post-contrast image."""

    seed: Seed = (0, 0, 0)
    low: float | None = None
    """Least signal, as it is shown; without both bounds they are proposed from the seed."""
    high: float | None = None


class Between(Params, frozen=True):
    """Slices that were drawn, and those between them."""

    axis: Axis = 2
    """Array axis that the slices are stacked along."""


def _largest(mask: Mask, _images: CaseImages, _params: NoParams) -> Mask:
    parts = connected_parts(mask.data)
    return Mask(np.asfortranarray(parts.select(np.arange(parts.count) == 0)), mask.grid)


def _near(mask: Mask, _images: CaseImages, params: Near) -> Mask:
    return stv_candidate(mask, StvParams(satellite_mm=params.mm)).mask


def _grow(mask: Mask, images: CaseImages, params: Grow) -> Mask:
    signal = images.values("post1")
    if params.low is None or params.high is None:
        bounds = propose_bounds(signal, params.seed, ProposeParams())
    else:
        half = stored(signal.data).slope / 2  # what is shown may differ by so much from the signal
        bounds = Bounds(params.low - half, params.high + half)
    reach = GrowParams(radius_mm=params.radius_mm, connectivity=params.connectivity)
    return Mask(mask.data | grow(signal, params.seed, bounds, reach).data, mask.grid)


def _between(mask: Mask, _images: CaseImages, params: Between) -> Mask:
    return fill_between(mask, params.axis)


_Tool = tuple[type[Params], Callable[..., Mask]]
_TOOLS: dict[str, _Tool] = {
    "grow": (Grow, _grow),
    "between": (Between, _between),
    "largest": (NoParams, _largest),
    "near": (Near, _near),
}


def use_tool(name: str, params: Mapping[str, object], mask: Mask, images: CaseImages) -> Mask:
    """The mask after a tool.

    Raises
    ------
    InputError
        UNKNOWN_ENTRY for another name; CALL_INVALID for parameters that it does not take.
    """
    if name not in _TOOLS:
        raise unknown("tool", name)
    kind, tool = _TOOLS[name]
    try:
        return tool(mask, images, msgspec.convert(dict(params), kind))
    except msgspec.ValidationError as error:
        raise InputError(
            ErrorCode.CALL_INVALID,
            "The tool does not take these parameters",
            evidence={"tool": name, "why": str(error)},
        ) from error
