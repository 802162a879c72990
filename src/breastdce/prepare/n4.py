"""N4 bias field correction of the phases of an exam.

Method: Tustison et al. 2010, IEEE TMI 29:1310, by ITK's filter. The field is estimated on every
n-th voxel (about `shrink_mm` apart), kept as its B-spline lattice, and evaluated at every voxel
where that voxel lies. ITK's own full-size field maps index ranges instead and is off by up to
half a step near the ends.

Each phase by itself (`per_phase`) is what the paper did. It rescales the phases against each
other, so PE and SER are measured on raw signal; `shared` uses one field and leaves them alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
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
from breastdce.imaging import itk
from breastdce.prepare.bias_field import BiasField, Samples, lattice_of

_LEAST_SAMPLES = 8  # an axis is not thinned below this: a cubic lattice needs some to hold on to


class N4Params(Params, frozen=True):
    """Which field, learned from which voxels, with which parameters of N4.

    Defaults of the method are ITK's, with four levels of at most 50 iterations.
    """

    field: Literal["per_phase", "shared"] = "per_phase"
    """`shared`: one field for the exam, estimated on the mean of its phases."""
    mask: Literal["otsu", "none"] = "otsu"
    """Voxels to learn from. Otsu's threshold on the first phase leaves the air out, which carries
    no field, fills the histogram and takes most of the time. It is the first phase's for all: after
    contrast the threshold climbs with the bright tissue and leaves out fat, the tissue that shows
    the field best. `none`: all voxels with a positive value."""
    shrink_mm: Annotated[float, msgspec.Meta(gt=0, le=20)] = 5.0
    """Distance of samples to aim at, per axis."""
    bins: Annotated[int, msgspec.Meta(ge=10, le=10000)] = 200
    noise: Annotated[float, msgspec.Meta(gt=0)] = 0.01
    fwhm: Annotated[float, msgspec.Meta(gt=0)] = 0.15
    """Full width at half maximum of the deconvolution kernel, in log intensity."""
    control_points: Annotated[int, msgspec.Meta(ge=4, le=16)] = 4
    """Per axis at the first level; the number of spans doubles from level to level."""
    iterations: Annotated[tuple[int, ...], msgspec.Meta(min_length=1, max_length=6)] = (50,) * 4
    """Most iterations per level."""
    threshold: Annotated[float, msgspec.Meta(gt=0)] = 0.001
    """A level ends when the coefficient of variation of the field's change falls below this."""
    threads: Annotated[int, msgspec.Meta(ge=1)] = 1
    """ITK's result depends on the number of threads in its last digits."""


@dataclass(frozen=True, slots=True, eq=False)
class Corrected:
    """Corrected phases and how far each field moves the brightness of its phase."""

    phases: tuple[Volume, ...]
    mean_log_field: tuple[float, ...]
    """Mean of the log field over the voxels it was learned from, per phase. Differences between
    phases are factors exp(difference) put between their intensities."""


def correct(phases: Sequence[Volume], params: N4Params) -> Corrected:
    """Divide each phase by its bias field.

    Zero and negative voxels teach nothing and are divided like all others. A phase without two
    different positive values is left as it is.

    Raises
    ------
    InputError
        IMAGE_INVALID when an axis has a single voxel.
    """
    samples = samples_of(phases[0].grid, params.shrink_mm)
    thinned = [_thin(phase.data, samples) for phase in phases]
    tissue = _tissue(thinned[0], params)
    if params.field == "shared":
        mean = sum(thinned, np.zeros(thinned[0].shape)) / len(thinned)
        one = mean.astype(np.float32, order="F")
        fields = [_estimate(one, tissue, samples, params)] * len(phases)
    else:
        fields = [_estimate(one, tissue, samples, params) for one in thinned]
    return Corrected(
        tuple(_divide(phase, field) for phase, (field, _) in zip(phases, fields, strict=True)),
        tuple(mean for _, mean in fields),
    )


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


def _tissue(first: NDArray[np.float32], params: N4Params) -> NDArray[np.bool_]:
    """Voxels to learn from, by the first phase."""
    if params.mask == "none" or np.ptp(first) == 0:
        return np.ones(first.shape, np.bool_, order="F")
    with itk.threads(params.threads):
        return itk.otsu(first)


def _estimate(
    samples: NDArray[np.float32],
    tissue: NDArray[np.bool_],
    axes: tuple[Samples, Samples, Samples],
    params: N4Params,
) -> tuple[BiasField, float]:
    """Field of one image, and the mean of its logarithm where it was learned."""
    points = (params.control_points - 3) * 2 ** (len(params.iterations) - 1) + 3
    inside = tissue & (samples > 0)
    with itk.threads(params.threads):
        learned = samples[inside]
        if learned.size == 0 or np.ptp(learned) == 0:
            return BiasField(np.zeros((points,) * 3), axes), 0.0
        # Four values per span fix the lattice: the filter does not hand it out.
        size = (4 * (points - 3) + 1,) * 3
        field = itk.n4_log_field(samples, inside, _settings(params), size)
    found = BiasField(lattice_of(field, points), axes)
    return found, float(found.at_samples()[inside].mean())


def _settings(params: N4Params) -> itk.N4Settings:
    return itk.N4Settings(
        histogram_bins=params.bins,
        wiener_noise=params.noise,
        fwhm=params.fwhm,
        control_points=params.control_points,
        iterations=params.iterations,
        convergence_threshold=params.threshold,
    )


def _divide(phase: Volume, field: BiasField) -> Volume:
    corrected = np.empty(phase.grid.shape, np.float32, order="F")
    for k, plane in enumerate(field.planes(phase.grid.shape)):
        np.multiply(
            phase.data[:, :, k], np.exp(-plane), out=corrected[:, :, k], casting="same_kind"
        )
    return phase.with_data(corrected)
