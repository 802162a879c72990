"""Image processing before features: interpolation, rounding, range, outliers (IBSI 1, section 2).

The order is IBSI's: interpolate the image, round it, interpolate the mask, then narrow the
intensity mask by range and by outliers. The shape mask is the interpolated mask before that.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

import msgspec

from breastdce.core.params import Params
from breastdce.core.volume import Mask, Volume
from breastdce.radiomics.region import Region

Spacing = Annotated[float, msgspec.Meta(ge=0)]


class Processing(Params, frozen=True):
    """What is done to image and mask before features; by default nothing."""

    spacing_mm: tuple[Spacing, Spacing, Spacing] = (0.0, 0.0, 0.0)
    """New voxel size along i, j, k; 0 keeps an axis as it is."""
    image_interpolation: Literal["linear", "cubic"] = "linear"
    """Cubic is the interpolating B-spline of order 3."""
    round_intensities: bool = False
    """Round interpolated intensities to whole numbers (Hounsfield units)."""
    range: tuple[float, float] = (-math.inf, math.inf)
    """Smallest and largest intensity that stay in the intensity mask, ends included."""
    outlier_sigma: Annotated[float, msgspec.Meta(gt=0)] = math.inf
    """Intensities further than this many standard deviations from the mean leave the mask."""


def prepare(image: Volume, mask: Mask, processing: Processing) -> Region:
    """Apply `processing` and return the region to describe.

    Raises
    ------
    InputError
        GRID_MISMATCH when the grids differ.
    """
    if processing != Processing():
        raise NotImplementedError
    return Region.of(image, mask)
