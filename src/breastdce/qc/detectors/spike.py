"""Stripes over a slice: one point of k-space that a spark or an amplifier made far too large.

In the Fourier transform of a slice such a point stands alone. Edges of tissue make lines through
k-space and texture makes clouds, so a point is compared with the largest value in a ring around
it, which a line crosses and a cloud fills. The part of the ring that is much nearer to the center
of k-space, where all images are bright, does not count. A spark hits one phase, and tissue is in
all of them: so the point must stand alone in what the slice differs from the other phases as well,
or stand out still more in the slice itself.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import CaveatCode
from breastdce.qc.detectors._contract import Detector, Finding
from breastdce.qc.detectors._signal import Array, slice_center
from breastdce.qc.exam import QcExam

_CANDIDATES = 12
_LOWEST = 0.05  # cycles per voxel: below it a slice is brighter here than there, not striped
_INNER, _OUTER = 3, 6  # of the ring; a Hann window spreads a point over 2 voxels
_BOX = 9
_OUTWARD = 0.75
_ALL_PHASES = 1.2
"""How much larger a point must be that stands alone in the slice but not in its difference to the
other phases: one that is in all of them."""
Complex = NDArray[np.complex64]


def _ring() -> NDArray[np.int64]:
    line = np.arange(-_OUTER, _OUTER + 1)
    u, v = np.meshgrid(line, line, indexing="ij")
    far = np.hypot(u, v)
    return np.stack([u, v])[:, (far >= _INNER) & (far <= _OUTER)]


_RING = _ring()


class _Point(NamedTuple):
    """The loneliest point of a slice; frequencies in cycles per voxel."""

    score: float
    u: float
    v: float


def find(exam: QcExam) -> Finding:
    """Look for the loneliest point of k-space of all slices and phases."""
    best, number, index = _Point(0.0, 0.0, 0.0), 0, 0
    images = [phase.data for phase in exam.native.phases]
    for k in range(exam.grid.shape[2]):
        for n, point in enumerate(_loneliest([image[:, :, k] for image in images])):
            if point.score > best.score:
                best, number, index = point, n, k
    if best.score == 0:
        return Finding(score=0.0)
    spacing = exam.grid.spacing_mm
    wave_mm = 1 / float(np.hypot(best.u / spacing[0], best.v / spacing[1]))
    return Finding(
        score=best.score,
        phases=(number,),
        voxel=slice_center(exam.grid.shape, index),
        words=f"Stripes {wave_mm:.1f} mm apart over slice {index} of phase {number}.",
    )


def _loneliest(images: list[Array]) -> list[_Point]:
    """For each phase of a slice, its loneliest point of k-space."""
    from scipy import fft

    shape = images[0].shape
    if min(shape) <= 2 * _OUTER:
        return []
    window = (np.hanning(shape[0])[:, None] * np.hanning(shape[1])).astype(np.float32)
    spectra = [fft.fft2(image * window) for image in images]
    others = [_mean([*spectra[:n], *spectra[n + 1 :]]) for n in range(len(spectra))]
    return [
        _lonely_point(np.abs(one), np.abs(one - other))
        for one, other in zip(spectra, others, strict=True)
    ]


def _mean(spectra: list[Complex]) -> Complex:
    """Mean; 0 of none."""
    return np.asarray(sum(spectra, np.complex64(0)) / np.float32(max(len(spectra), 1)))


def _lonely_point(size: Array, change: Array) -> _Point:
    """Most lonely point of a slice, `change` being what it differs from the other phases."""
    from scipy import fft

    u, v = (fft.fftfreq(n) for n in size.shape)
    radius = np.hypot(u[:, None], v)
    best = _Point(0.0, 0.0, 0.0)
    for place in np.union1d(_candidates(size, radius), _candidates(change, radius)):
        a, b = divmod(int(place), size.shape[1])
        alone, changed = _over_ring(size, radius, a, b), _over_ring(change, radius, a, b)
        score = max(float(np.sqrt(alone * changed)), alone / _ALL_PHASES)
        best = max(best, _Point(score, float(u[a]), float(v[b])))
    return best


def _candidates(size: Array, radius: NDArray[np.float64]) -> NDArray[np.int64]:
    """Flat indices of the points that are largest beside the mean around them."""
    from scipy import ndimage

    if not size.any():
        return np.zeros(0, np.int64)
    lone = size / (ndimage.uniform_filter(size, _BOX, mode="wrap") + _floor(size))
    lone[radius < _LOWEST] = 0
    lone[:, (size.shape[1] + 1) // 2 :] = 0  # the other half mirrors this one
    return np.asarray(np.argpartition(lone, -_CANDIDATES, axis=None)[-_CANDIDATES:])


def _over_ring(size: Array, radius: NDArray[np.float64], a: int, b: int) -> float:
    """A point over the largest one in the ring around it."""
    i, j = (a + _RING[0]) % size.shape[0], (b + _RING[1]) % size.shape[1]
    around = size[i, j][radius[i, j] >= _OUTWARD * radius[a, b]]
    least = max(float(around.max(initial=0)), _floor(size))
    return float(size[a, b]) / least if least > 0 else 0.0


def _floor(size: Array) -> float:
    """Where k-space was filled with zeros there is rounding only."""
    return 1e-6 * float(size.max())


DETECTOR = Detector(
    "spike",
    "Spike in k-space",
    CaveatCode.SPIKE,
    3.3,
    "Largest point of the Fourier transform of a slice over the largest value in a ring 3 to 6 "
    "points around it, and the same of the difference to the other phases, geometric mean (own "
    "measure of the artifact described by Zhuo and Gullapalli, RadioGraphics 2006;26:275).",
    find,
)
