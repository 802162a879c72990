"""Image processing before features: interpolation, rounding, range, outliers (IBSI 1, section 2).

The order is IBSI's: interpolate the image, round it, interpolate the mask, then narrow the
intensity mask by range and by outliers. The shape mask is the interpolated mask before that.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import Grid
from breastdce.core.params import Params
from breastdce.core.volume import Mask, Volume
from breastdce.imaging.interpolate import centered_grid, on_centered
from breastdce.radiomics.region import Region

Spacing = Annotated[float, msgspec.Meta(ge=0)]

_DECIMALS = 6  # of a mask's share of a voxel: exact halves must survive the sum of weights


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

    The mean and the standard deviation (divided by n) of the outlier rule are those of the
    interpolated region before the range is applied.

    Raises
    ------
    InputError
        GRID_MISMATCH when the grids differ.
    """
    region = Region.of(image, mask)
    grid = centered_grid(image.grid, processing.spacing_mm)
    if grid.spacing_mm != image.grid.spacing_mm:
        region = Region.of(
            _interpolated_image(image, grid, processing), _interpolated_mask(mask, grid)
        )
    elif processing.round_intensities:
        region = Region.of(image.with_data(np.rint(image.data)), mask)
    return _resegmented(region, processing)


def _interpolated_image(image: Volume, grid: Grid, processing: Processing) -> Volume:
    order = processing.image_interpolation
    known = np.isfinite(image.data)
    if known.all():
        values = on_centered(image.data, image.grid, grid, order)
    else:
        values = _around_gaps(image, known, grid, order)
    if processing.round_intensities:
        values = np.rint(values)
    return Volume(np.asfortranarray(values, dtype=np.float32), grid)


def _around_gaps(
    image: Volume, known: NDArray[np.bool_], grid: Grid, order: Literal["linear", "cubic"]
) -> NDArray[np.float64]:
    """Interpolate values that are not all finite; nodes beside those that are not are NaN."""
    # The mean, so that a spline rings little around a gap.
    fill = image.data[known].mean(dtype=np.float64) if known.any() else 0.0
    filled = np.where(known, image.data, fill)
    values = on_centered(filled, image.grid, grid, order)
    values[on_centered(~known, image.grid, grid, "linear") > 0] = np.nan
    return values


def _interpolated_mask(mask: Mask, grid: Grid) -> Mask:
    share = on_centered(mask.data, mask.grid, grid, "linear")
    return Mask(np.round(share, _DECIMALS) >= 0.5, grid)


def _resegmented(region: Region, processing: Processing) -> Region:
    low, high = processing.range
    if math.isfinite(processing.outlier_sigma) and region.size:
        low, high = _without_outliers(region.values, processing.outlier_sigma, low, high)
    if (low, high) == (-math.inf, math.inf):
        return region
    kept = np.zeros(region.grid.shape, np.bool_, order="F")
    # Compared in float64: a limit taken down to float32 would let its neighbor in.
    image = region.image.data[region.box].astype(np.float64)
    kept[region.box] = region.inside & (image >= low) & (image <= high)
    return Region(region.image, Mask(kept, region.grid), region.shape, processing.range)


def _without_outliers(
    values: NDArray[np.float32], sigma: float, low: float, high: float
) -> tuple[float, float]:
    """Narrow a range to `sigma` standard deviations around the mean; equal values all stay."""
    if values.min() == values.max():  # rounding of their mean would lose them
        return low, high
    mean, reach = float(values.mean(dtype=np.float64)), sigma * float(values.std(dtype=np.float64))
    return max(low, mean - reach), min(high, mean + reach)
