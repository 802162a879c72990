"""Bias field correction of the phases of an exam, by N4 or N3.

The field is estimated on every n-th voxel (about `shrink_mm` apart), kept as its B-spline lattice,
and evaluated at every voxel where that voxel lies. ITK's own full-size field maps index ranges
instead and is off by up to half a step near the ends.

Each phase by itself (`per_phase`) is what the paper did. It rescales the phases against each
other, so PE and SER are measured on raw signal; `shared` uses one field and leaves them alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.params import Params
from breastdce.core.volume import Volume
from breastdce.imaging.otsu import otsu_threshold
from breastdce.prepare.bias_field import BiasField, Samples, lattice_of
from breastdce.prepare.estimate import Course, Estimate, estimate_n3, estimate_n4
from breastdce.prepare.sharpen import Sharpening

_LEAST_SAMPLES = 8  # an axis is not thinned below this: a cubic lattice needs some to hold on to


class N4Params(Params, frozen=True):
    """Which field, learned from which voxels, with which parameters of the method.

    Defaults of the method are ITK's, with four levels of at most 50 iterations.
    """

    method: Literal["n4", "n3"] = "n4"
    """`n3` is the method before N4, on one lattice; the published release is named after it."""
    engine: Literal["own", "itk"] = "own"
    """Of N4. `itk` is SimpleITK's filter, which takes a hundred times as long."""
    field: Literal["per_phase", "shared"] = "per_phase"
    """`shared`: one field for the exam."""
    shared_from: Literal["mean", "pre", "post1", "post2"] = "mean"
    """Which image the shared field is estimated on."""
    mask: Literal["otsu", "none"] = "otsu"
    """Voxels to learn from. Otsu's threshold on the first phase leaves the air out, which carries
    no field, fills the histogram and takes most of the time. It is the first phase's for all: after
    contrast the threshold climbs with the bright tissue and leaves out fat, the tissue that shows
    the field best. `none`: all voxels with a positive value."""
    shrink_mm: Annotated[float, msgspec.Meta(gt=0, le=20)] = 3.0
    """Distance of samples to aim at, per axis."""
    bins: Annotated[int, msgspec.Meta(ge=10, le=10000)] = 200
    """Of the histogram of log intensity."""
    noise: Annotated[float, msgspec.Meta(gt=0)] = 0.01
    """Of the Wiener filter that sharpens the histogram."""
    fwhm: Annotated[float, msgspec.Meta(gt=0)] = 0.15
    """Full width at half maximum of the deconvolution kernel, in log intensity."""
    control_points: Annotated[int, msgspec.Meta(ge=4, le=16)] = 4
    """Of N4: per axis at the first level; the number of spans doubles from level to level."""
    iterations: Annotated[tuple[int, ...], msgspec.Meta(min_length=1, max_length=6)] = (50,) * 4
    """Most iterations per level; N3 has one level, the first."""
    threshold: Annotated[float, msgspec.Meta(gt=0)] = 0.001
    """A level ends when the coefficient of variation of the field's change falls below this."""
    rounding: Literal["itk", "exact"] = "itk"
    """Arithmetic of histogram and convergence in our N4 and N3: ITK's float32, whose drift decides
    the number of iterations on many voxels, or exact."""
    distance_mm: Annotated[float, msgspec.Meta(ge=20, le=1000)] = 200.0
    """Of N3: largest distance of control points (Sled 1998)."""
    smoothing_mm4: Annotated[float, msgspec.Meta(ge=0, le=1e9)] = 1.0
    """Of N3: weight of the mean squared second derivatives of the field against the mean squared
    residual. Ours; small, so that the distance of control points decides."""


@dataclass(frozen=True, slots=True, eq=False)
class Corrected:
    """Corrected phases and how far each field moves the brightness of its phase."""

    phases: tuple[Volume, ...]
    mean_log_field: tuple[float, ...]
    """Mean of the log field over the voxels it was learned from, per phase. Differences between
    phases are factors exp(difference) put between their intensities."""
    tissue_above: float
    """Signal of the first phase above which voxels were learned from."""


def correct(phases: Sequence[Volume], params: N4Params, *, threads: int = 1) -> Corrected:
    """Divide each phase by its bias field.

    Zero and negative voxels teach nothing and are divided like all others. A phase without two
    different positive values is left as it is. Phases are worked on side by side on `threads`
    threads; the result does not depend on their number.

    Raises
    ------
    InputError
        IMAGE_INVALID when an axis has a single voxel.
    """
    axes = samples_of(phases[0].grid, params.shrink_mm)
    thinned = [_thin(phase.data, axes) for phase in phases]
    threshold = _tissue_threshold(thinned[0], params)
    tissue = thinned[0] > np.float32(threshold)
    spacing_mm = phases[0].grid.spacing_mm
    with ThreadPoolExecutor(threads) as pool:
        shared = params.field == "shared"
        images = [_chosen(thinned, params)] if shared else thinned
        jobs = [pool.submit(_estimate, one, tissue, axes, spacing_mm, params) for one in images]
        found = [job.result() for job in jobs]
        fields = [BiasField(one.lattice, axes) for one in found]
        together = [phases] if shared else [[phase] for phase in phases]
        corrected = [phase for part in pool.map(_divide, together, fields) for phase in part]
    means = tuple(one.mean for one in found) * (len(phases) // len(found))
    return Corrected(tuple(corrected), means, threshold)


def _chosen(thinned: list[NDArray[np.float32]], params: N4Params) -> NDArray[np.float32]:
    """The image that a shared field is estimated on."""
    if params.shared_from == "mean":
        mean = sum(thinned, np.zeros(thinned[0].shape)) / len(thinned)
        return mean.astype(np.float32, order="F")
    return thinned[("pre", "post1", "post2").index(params.shared_from)]


def samples_of(grid: Grid, shrink_mm: float) -> tuple[Samples, Samples, Samples]:
    """Voxels to learn from: about `shrink_mm` apart, in the middle of each axis.

    Raises
    ------
    InputError
        IMAGE_INVALID when an axis has a single voxel.
    """
    if min(grid.shape) < 2:
        raise InputError(
            ErrorCode.IMAGE_INVALID,
            "A bias field needs at least two voxels along each axis",
            evidence={"shape": list(grid.shape)},
            remedy="Leave this image out.",
        )
    i, j, k = (
        _axis_samples(voxels, spacing, shrink_mm)
        for voxels, spacing in zip(grid.shape, grid.spacing_mm, strict=True)
    )
    return i, j, k


def _axis_samples(voxels: int, spacing_mm: float, shrink_mm: float) -> Samples:
    # Ties take the finer step, with a margin: 2 mm slices often measure 2.0000001 mm.
    nearest = math.ceil(shrink_mm / spacing_mm - 0.5 - 1e-3)
    step = max(1, min(nearest, voxels // _LEAST_SAMPLES))
    number = voxels // step
    return Samples((voxels - step * (number - 1)) // 2, step, number)


def _thin(data: NDArray[np.float32], samples: tuple[Samples, ...]) -> NDArray[np.float32]:
    return np.array(data[tuple(axis.selection for axis in samples)], np.float32, order="F")


def _tissue_threshold(first: NDArray[np.float32], params: N4Params) -> float:
    """Signal of the first phase above which voxels are learned from; 0 for all with a signal."""
    return 0.0 if params.mask == "none" or np.ptp(first) == 0 else otsu_threshold(first)


def _estimate(
    samples: NDArray[np.float32],
    tissue: NDArray[np.bool_],
    axes: tuple[Samples, Samples, Samples],
    spacing_mm: tuple[float, float, float],
    params: N4Params,
) -> Estimate:
    """Field of one image."""
    inside = tissue & (samples > 0)
    learned = samples[inside]
    if learned.size == 0 or np.ptp(learned) == 0:
        return Estimate(np.zeros((4, 4, 4)), (), 0.0)
    sharpening = Sharpening(params.bins, params.noise, params.fwhm)
    course = Course(params.iterations, params.threshold, params.rounding == "itk")
    if params.method == "n3":
        spans = [
            math.ceil(axis.step * (axis.number - 1) * step / params.distance_mm)
            for axis, step in zip(axes, spacing_mm, strict=True)
        ]
        i, j, k = (
            axis.step * (axis.number - 1) * step / number
            for axis, step, number in zip(axes, spacing_mm, spans, strict=True)
        )
        points = (spans[0] + 3, spans[1] + 3, spans[2] + 3)
        smoothing = params.smoothing_mm4
        return estimate_n3(samples, inside, points, (i, j, k), smoothing, sharpening, course)
    if params.engine == "itk":
        return _estimate_with_itk(samples, inside, axes, params)
    return estimate_n4(samples, inside, (params.control_points,) * 3, sharpening, course)


def _estimate_with_itk(
    samples: NDArray[np.float32],
    inside: NDArray[np.bool_],
    axes: tuple[Samples, Samples, Samples],
    params: N4Params,
) -> Estimate:
    from breastdce.imaging import itk  # takes longer to load than our N4 to run

    points = (params.control_points - 3) * 2 ** (len(params.iterations) - 1) + 3
    settings = itk.N4Settings(
        histogram_bins=params.bins,
        wiener_noise=params.noise,
        fwhm=params.fwhm,
        control_points=params.control_points,
        iterations=params.iterations,
        convergence_threshold=params.threshold,
    )
    # Four values per span fix the lattice: the filter does not hand it out.
    size = (4 * (points - 3) + 1,) * 3
    with itk.threads(1):  # the result depends on their number in its last digits
        field = itk.n4_log_field(samples, inside, settings, size)
    lattice = lattice_of(field, points)
    mean = float(BiasField(lattice, axes).at_samples()[inside].mean())
    return Estimate(lattice, (), mean)


def _divide(phases: Sequence[Volume], field: BiasField) -> list[Volume]:
    """Divide phases by one field, which is made plane by plane and never whole."""
    corrected = [np.empty(phase.grid.shape, np.float32, order="F") for phase in phases]
    for k, plane in enumerate(field.planes(phases[0].grid.shape)):
        np.negative(plane, out=plane)
        np.exp(plane, out=plane)
        for phase, out in zip(phases, corrected, strict=True):
            np.multiply(phase.data[:, :, k].T, plane, out=out[:, :, k].T)
    return [phase.with_data(out) for phase, out in zip(phases, corrected, strict=True)]
