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
from breastdce.qc.detectors._spectrum_loops import loneliest
from breastdce.qc.exam import QcExam

_LOWEST = 0.05
"""Cycles per voxel, or more, so that the ring leaves out the center: below it a slice is brighter
here than there, not striped."""
_INNER, _OUTER = 3, 6  # of the ring; a Hann window spreads a point over 2 voxels
_ROUNDING = np.float32(1e-6)  # of the largest point
_OUTWARD = 0.75
_ALL_PHASES = 1.2
"""How much larger a point must be that stands alone in the slice but not in its difference to the
other phases: one that is in all of them."""
Complex = NDArray[np.complex64]


def _ring() -> NDArray[np.int64]:
    """Steps to the points of the ring, the nearest first: they are most often the largest."""
    line = np.arange(-_OUTER, _OUTER + 1)
    u, v = np.meshgrid(line, line, indexing="ij")
    far = np.hypot(u, v)
    steps = np.stack([u, v], axis=-1)[(far >= _INNER) & (far <= _OUTER)]
    return np.asarray(steps[np.argsort(np.hypot(*steps.T), kind="stable")])


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

    rows, columns = images[0].shape
    if min(rows, columns) <= 2 * _OUTER:
        return []
    window = (np.hanning(rows)[:, None] * np.hanning(columns)).astype(np.float32)
    spectra = [fft.rfft2(np.ascontiguousarray(image * window)) for image in images]
    total = sum(spectra, np.complex64(0))
    others = max(len(spectra) - 1, 1)
    u, v = fft.fftfreq(rows), fft.fftfreq(columns)
    far = np.hypot(u[:, None], v).astype(np.float32)
    limits = max(_LOWEST, (_OUTER + 1) / min(rows, columns)), _OUTWARD, _ALL_PHASES
    found = []
    for one in spectra:
        size, change = _sizes(one, columns), _sizes(one - (total - one) / others, columns)
        score, a, b = loneliest(size, change, far, _RING, limits)
        found.append(_Point(score, float(u[a]), float(v[b])))
    return found


def _sizes(half: Complex, columns: int) -> Array:
    """Magnitudes of all of k-space from one half; where it was filled with zeros, rounding only."""
    size = np.abs(half)
    mirrored = (columns - 1) // 2  # columns of the other half
    other = np.roll(size[::-1, mirrored:0:-1], 1, axis=0)
    whole = np.concatenate([size, other], axis=1)
    return np.asarray(np.maximum(whole, _ROUNDING * whole.max()), np.float32)


DETECTOR = Detector(
    "spike",
    "Spike in k-space",
    CaveatCode.SPIKE,
    3.0,
    "Largest point of the Fourier transform of a slice over the largest value in a ring 3 to 6 "
    "points around it, and the same of the difference to the other phases, geometric mean (own "
    "measure of the artifact described by Zhuo and Gullapalli, RadioGraphics 2006;26:275).",
    find,
)
