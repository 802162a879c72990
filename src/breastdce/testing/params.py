"""What can be chosen of a phantom; units are in the names."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.params import Params


class PhantomParams(Params, frozen=True):
    """Anatomy, imaging and thresholds of a digital breast phantom.

    Lengths in mm; signal in units of the unshaded image, where fat is 180.
    """

    breast_width_mm: Annotated[float, Meta(ge=80, le=180)] = 136.0
    breast_height_mm: Annotated[float, Meta(ge=60, le=200)] = 118.0
    breast_depth_mm: Annotated[float, Meta(ge=50, le=130)] = 98.0
    breast_offset_mm: Annotated[float, Meta(ge=60, le=110)] = 78.0
    """Distance of each nipple from the midline."""
    skin_mm: Annotated[float, Meta(ge=0.5, le=5)] = 2.0
    density: Annotated[float, Meta(ge=0, le=1)] = 0.5
    """How much of the cone behind the nipple is glandular."""
    lesion_side: Literal["R", "L"] = "R"
    lesion_mm: tuple[float, float, float] = (18.0, 62.0, 14.0)
    """Center of the main lesion: lateral of the nipple, in front of the chest wall, above it."""
    lesion_radius_mm: Annotated[float, Meta(ge=4, le=35)] = 13.0
    rim_mm: Annotated[float, Meta(ge=0.5, le=10)] = 4.0
    satellite_radius_mm: Annotated[float, Meta(ge=1, le=10)] = 4.5
    satellite_gap_mm: Annotated[float, Meta(ge=4, le=15)] = 8.0
    """Surface to surface, below the 20 mm of the rule for satellites."""
    stray_radius_mm: Annotated[float, Meta(ge=1, le=10)] = 4.5
    stray_gap_mm: Annotated[float, Meta(ge=26, le=60)] = 32.0
    """Surface to surface, beyond the 20 mm of the rule for satellites."""
    shading_cv: Annotated[float, Meta(ge=0, le=0.4)] = 0.2
    """Coefficient of variation of the coil shading over uniform fat."""
    noise_sd: Annotated[float, Meta(ge=0, le=20)] = 7.0
    """SD of each of the two channels of Rician noise."""
    pe_percent: Annotated[float, Meta(ge=10, le=200)] = 70.0
    """Threshold of percent enhancement for FTV."""
    min_neighbors: Annotated[int, Meta(ge=0, le=26)] = 4
    """Least number of enhancing neighbors for FTV."""


def checked(params: PhantomParams) -> PhantomParams:
    """Return `params`; InputError(CALL_INVALID) when a value is out of its bounds."""
    try:
        return msgspec.convert(msgspec.to_builtins(params), PhantomParams)
    except msgspec.ValidationError as error:
        raise InputError(
            ErrorCode.CALL_INVALID,
            "A phantom parameter is out of bounds",
            evidence={"problem": str(error)},
            remedy="The bounds stand beside each field of PhantomParams.",
        ) from error
