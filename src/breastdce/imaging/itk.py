"""The one door to SimpleITK: RAS+ and [i, j, k] on this side, LPS and [k, j, i] on the other.

A direction matrix changes sides by negating its first two rows and an origin by negating its
first two numbers; both are exact. Spacing is passed on unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any, NamedTuple

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from breastdce.core.grid import FloatArray, Grid
from breastdce.core.volume import Volume

_FLIP = np.array([-1.0, -1.0, 1.0])  # RAS+ <-> LPS


class Interpolator(Enum):
    """How values between voxel centers are found."""

    LINEAR = sitk.sitkLinear
    BSPLINE = sitk.sitkBSpline
    NEAREST = sitk.sitkNearestNeighbor


class N4Settings(NamedTuple):
    """Parameters of ITK's N4BiasFieldCorrectionImageFilter, named as there."""

    histogram_bins: int
    wiener_noise: float
    fwhm: float
    control_points: int
    iterations: tuple[int, ...]
    convergence_threshold: float


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Let SimpleITK use `count` threads inside the block, and what it used before afterwards.

    The number is global to the process. Filters inside a filter read it too, so that a setting
    of the outer filter alone does not fix the bytes of the result.
    """
    before = sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(count)
    try:
        yield
    finally:
        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(before)


def to_image(volume: Volume) -> Any:
    """Copy a volume into a float32 sitk.Image with its geometry."""
    return _with_grid(_image(volume.data), volume.grid)


def resample(volume: Volume, grid: Grid, interpolator: Interpolator) -> Volume:
    """Values of `volume` at the voxel centers of `grid`, 0 where ITK finds a center outside."""
    reference = _with_grid(sitk.Image(list(grid.shape), sitk.sitkUInt8), grid)
    moved = sitk.Resample(
        to_image(volume), reference, sitk.Transform(), interpolator.value, 0.0, sitk.sitkFloat32
    )
    return Volume(_array(moved), grid)


def otsu(samples: NDArray[np.float32], bins: int = 128) -> NDArray[np.bool_]:
    """Whether each sample, shape (i, j, k), lies above Otsu's threshold of their histogram."""
    above: NDArray[np.bool_] = _array(sitk.OtsuThreshold(_image(samples), 0, 1, bins)) != 0
    return above


def n4_log_field(
    samples: NDArray[np.float32],
    inside: NDArray[np.bool_],
    settings: N4Settings,
    size: tuple[int, int, int],
) -> NDArray[np.float32]:
    """Estimate a bias field with N4 and return its logarithm.

    Parameters
    ----------
    samples, inside
        Image and region to learn from, shape (i, j, k); every axis has at least two samples.
    settings
        Parameters of the filter.
    size
        At how many equally spaced positions from the first to the last sample of each axis the
        field is returned. ITK maps index ranges, never physical positions.

    Returns
    -------
    NDArray
        Logarithm of the field, shape `size`, to be subtracted from the image's logarithm.
    """
    n4 = sitk.N4BiasFieldCorrectionImageFilter()
    n4.SetNumberOfHistogramBins(settings.histogram_bins)
    n4.SetWienerFilterNoise(settings.wiener_noise)
    n4.SetBiasFieldFullWidthAtHalfMaximum(settings.fwhm)
    n4.SetNumberOfControlPoints([settings.control_points] * 3)
    n4.SetMaximumNumberOfIterations(list(settings.iterations))
    n4.SetConvergenceThreshold(settings.convergence_threshold)
    n4.Execute(_image(samples), _image(inside.view(np.uint8)))  # the mask's label is 1 by default
    return _array(n4.GetLogBiasFieldAsImage(sitk.Image(list(size), sitk.sitkFloat32)))


def _image(array: NDArray[Any]) -> Any:
    # The transpose of a Fortran-ordered array is ITK's buffer: one copy, no reordering.
    return sitk.GetImageFromArray(array.T)


def _array(image: Any) -> NDArray[Any]:
    array: NDArray[Any] = sitk.GetArrayFromImage(image).T
    return array


def _with_grid(image: Any, grid: Grid) -> Any:
    direction: FloatArray = grid.direction * _FLIP[:, None]
    image.SetSpacing(grid.spacing_mm)
    image.SetDirection(direction.ravel().tolist())
    image.SetOrigin((np.asarray(grid.origin_mm) * _FLIP).tolist())
    return image
