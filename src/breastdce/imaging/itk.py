"""The one door to SimpleITK: samples are [i, j, k] on this side and [k, j, i] on the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray


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
    n4.Execute(to_itk(samples), to_itk(inside.view(np.uint8)))  # the mask's label is 1 by default
    return from_itk(n4.GetLogBiasFieldAsImage(sitk.Image(list(size), sitk.sitkFloat32)))


def to_itk(array: NDArray[Any]) -> Any:
    """Image of an array in Fortran order; geometry is left at its defaults."""
    # The transpose of a Fortran-ordered array is ITK's buffer: one copy, no reordering.
    return sitk.GetImageFromArray(array.T)


def from_itk(image: Any) -> NDArray[Any]:
    """Copy of an image's values, in Fortran order."""
    array: NDArray[Any] = sitk.GetArrayFromImage(image).T
    return array
