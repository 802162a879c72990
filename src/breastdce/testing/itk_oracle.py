"""SimpleITK as the oracle of what we do ourselves: RAS+ here, LPS there.

A direction matrix changes sides by negating its first two rows and an origin by negating its
first two numbers; both are exact. Spacing is passed on unchanged.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any, NamedTuple

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from breastdce.core.grid import FloatArray, Grid
from breastdce.core.transform import Rigid, Spline, Transform
from breastdce.core.volume import Volume
from breastdce.imaging.itk import from_itk, to_itk

_FLIP = np.array([-1.0, -1.0, 1.0])  # RAS+ <-> LPS


class Interpolator(Enum):
    """How values between voxel centers are found."""

    LINEAR = sitk.sitkLinear
    BSPLINE = sitk.sitkBSpline
    NEAREST = sitk.sitkNearestNeighbor


def to_image(volume: Volume) -> Any:
    """Copy a volume into a float32 sitk.Image with its geometry."""
    return with_grid(to_itk(volume.data), volume.grid)


def resample(volume: Volume, grid: Grid, interpolator: Interpolator) -> Volume:
    """Values of `volume` at the voxel centers of `grid`, 0 where ITK finds a center outside."""
    reference = with_grid(sitk.Image(list(grid.shape), sitk.sitkUInt8), grid)
    moved = sitk.Resample(
        to_image(volume), reference, sitk.Transform(), interpolator.value, 0.0, sitk.sitkFloat32
    )
    return Volume(from_itk(moved), grid)


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
    return Volume(from_itk(resampler.Execute(moving)), volume.grid)


def displacement_mm(transform: Transform, grid: Grid) -> NDArray[np.float64]:
    """Where a transform moves the voxel centers of a grid, shape (i, j, k, 3), RAS+ mm."""
    reference = with_grid(sitk.Image(list(grid.shape), sitk.sitkUInt8), grid)
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
    above: NDArray[np.bool_] = from_itk(sitk.OtsuThreshold(to_itk(samples), 0, 1, bins)) != 0
    return above


class StapleOracle(NamedTuple):
    """What ITK's STAPLE says of several masks."""

    probability: NDArray[np.float64]
    """[i, j, k]."""
    sensitivity: tuple[float, ...]
    specificity: tuple[float, ...]


def staple(masks: Sequence[NDArray[np.bool_]], steps: int | None = None) -> StapleOracle:
    """Estimate the truth behind masks [i, j, k] by STAPLE, at most by `steps` steps of it."""
    filter_ = sitk.STAPLEImageFilter()
    filter_.SetForegroundValue(1.0)
    if steps is not None:
        filter_.SetMaximumIterations(steps)
    found = filter_.Execute([to_itk(mask.astype(np.uint8)) for mask in masks])
    return StapleOracle(
        sitk.GetArrayFromImage(found).T,
        tuple(filter_.GetSensitivity()),
        tuple(filter_.GetSpecificity()),
    )


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


def with_grid(image: Any, grid: Grid) -> Any:
    """Give an image, in place, the geometry of a grid."""
    direction: FloatArray = grid.direction * _FLIP[:, None]
    image.SetSpacing(grid.spacing_mm)
    image.SetDirection(direction.ravel().tolist())
    image.SetOrigin((np.asarray(grid.origin_mm) * _FLIP).tolist())
    return image
