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
from breastdce.core.transform import Rigid, Spline, Transform
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


def warp(volume: Volume, transform: Transform, interpolator: Interpolator) -> Volume:
    """Bring a moving image onto its own grid through a transform.

    Each voxel center x takes the value of `volume` at transform(x). Beyond half a voxel outside
    the outermost centers, where ITK finds no value, that of the nearest voxel holds.
    """
    resampler = sitk.ResampleImageFilter()
    moving = to_image(volume)
    resampler.SetReferenceImage(moving)
    resampler.SetTransform(_transform(transform))
    resampler.SetInterpolator(interpolator.value)
    resampler.UseNearestNeighborExtrapolatorOn()
    return Volume(_array(resampler.Execute(moving)), volume.grid)


def displacement_mm(transform: Transform, grid: Grid) -> NDArray[np.float64]:
    """Where a transform moves the voxel centers of a grid, shape (i, j, k, 3), RAS+ mm."""
    reference = _with_grid(sitk.Image(list(grid.shape), sitk.sitkUInt8), grid)
    field = sitk.TransformToDisplacementField(
        _transform(transform),
        sitk.sitkVectorFloat64,
        reference.GetSize(),
        reference.GetOrigin(),
        reference.GetSpacing(),
        reference.GetDirection(),
    )
    moved: NDArray[np.float64] = sitk.GetArrayFromImage(field).transpose(2, 1, 0, 3) * _FLIP
    return moved


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


def _transform(transform: Transform) -> Any:
    composite = sitk.CompositeTransform(3)  # applies what was added last first
    if transform.spline is not None:
        composite.AddTransform(_spline(transform.spline))
    if transform.rigid is not None:
        composite.AddTransform(_rigid(transform.rigid))
    return composite


def _rigid(rigid: Rigid) -> Any:
    return sitk.Euler3DTransform(rigid.center_mm, *rigid.angles_rad, rigid.translation_mm)


def _spline(spline: Spline) -> Any:
    size = spline.coefficients_mm.shape[:3]
    made = sitk.BSplineTransform(3, 3)
    made.SetFixedParameters(
        (*map(float, size), *spline.origin_mm, *spline.spacing_mm, *spline.direction)
    )
    made.SetParameters(spline.coefficients_mm.ravel(order="F").tolist())
    return made


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
